"""Which certificates a network's server may show: of an authority, for its host, or pinned."""

import datetime
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL.crypto import X509

from bandstand.bot.irc.tls import find_fault
from bandstand.common.irc import Network

OTHER_HOST = "the server's certificate is another host's, or names none"


def make_certificate(*hosts: str) -> X509:
    key, now = generate_private_key(SECP256R1()), datetime.datetime(2026, 1, 1)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "irc.radio.example")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), False)
    return X509.from_cryptography(builder.sign(key, SHA256()))


@pytest.mark.parametrize(
    ("hosts", "fault"),
    [
        (("irc.radio.example",), ""),
        (("*.radio.example",), ""),
        (("other.radio.example",), OTHER_HOST),
        ((), OTHER_HOST),
    ],
)
def test_a_verified_certificate_has_to_name_the_host(hosts: tuple[str, ...], fault: str) -> None:
    assert find_fault(Network(server="irc.radio.example"), make_certificate(*hosts)) == fault


def test_an_address_is_no_name() -> None:
    assert find_fault(Network(server="127.0.0.1"), make_certificate("127.0.0.1")) == OTHER_HOST
    assert find_fault(Network(server="127.0.0.1"), None) == OTHER_HOST


def test_a_pinned_certificate_may_be_for_any_host_if_it_need_not_be_verified() -> None:
    certificate = make_certificate()
    pin = hashlib.sha256(certificate.to_cryptography().public_bytes(Encoding.DER)).hexdigest()
    assert find_fault(Network(server="irc.radio.example", tls_verify=False, tls_pins=[pin]), certificate) == ""
    assert find_fault(Network(server="irc.radio.example", tls_pins=[pin]), certificate) == OTHER_HOST
    other = Network(server="irc.radio.example", tls_verify=False, tls_pins=["00" * 32])
    assert find_fault(other, certificate) == "the server's certificate is none of those in tls_pins"
