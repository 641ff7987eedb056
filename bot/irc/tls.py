"""TLS towards a network: which certificates to trust, and which one to show.

A server is verified by the machine's authorities, by an authority of the configuration, or by the fingerprint of its
certificate (a pin). OpenSSL checks the authority in the handshake. Whether the certificate is for this host, and pins,
are checked by the session when the handshake is complete, before a byte of IRC is sent.

Twisted's own check of the host (`optionsForClientTLS`) logs a traceback for a certificate that names no host, and then
lets it pass.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

from OpenSSL import SSL, crypto
from service_identity import CertificateError, VerificationError
from service_identity.cryptography import extract_patterns
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import (
    Certificate,
    CertificateOptions,
    PrivateCertificate,
    platformTrust,
    trustRootFromCertificates,
)
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

from bandstand.common.irc import Network

PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@implementer(IOpenSSLClientConnectionCreator)
class ConnectionCreator:
    """Makes the connections to one host; who that is, is checked after the handshake (`find_fault`)."""

    def __init__(self, host: str, options: CertificateOptions) -> None:
        self._context = options.getContext()
        self._host = host

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        connection = SSL.Connection(self._context, None)
        if not is_ip_address(self._host):
            connection.set_tlsext_host_name(self._host.encode("idna"))
        return connection


def connection_creator(network: Network) -> IOpenSSLClientConnectionCreator:
    """The TLS settings of a network, for Twisted's endpoints. Raises OSError or an OpenSSL error for unusable files."""
    keys: dict[str, Any] = {}
    if network.certificate:
        own = PrivateCertificate.loadPEM(Path(network.certificate).read_bytes())
        keys = {"privateKey": own.privateKey.original, "certificate": own.original}
    if not network.tls_verify:
        return ConnectionCreator(network.server, CertificateOptions(verify=False, **keys))
    trust: Any = platformTrust()
    if network.tls_authority:
        found = PEM.findall(Path(network.tls_authority).read_bytes())
        trust = trustRootFromCertificates([Certificate.loadPEM(pem) for pem in found])
    return ConnectionCreator(network.server, CertificateOptions(trustRoot=trust, **keys))


def find_fault(network: Network, certificate: crypto.X509 | None) -> str:
    """Why the server with this certificate is not to be talked to; empty if it is. For after the handshake."""
    if network.tls_verify and not is_for_host(certificate, network.server):
        return "the server's certificate is another host's, or names none"
    if not matches_pin(certificate, network.tls_pins):
        return "the server's certificate is none of those in tls_pins"
    return ""


def is_for_host(certificate: crypto.X509 | None, host: str) -> bool:
    """Whether the certificate names this host (RFC 6125), or this IP address."""
    if certificate is None:
        return False
    try:
        wanted = IPAddress_ID(host) if is_ip_address(host) else DNS_ID(host)
        verify_service_identity(extract_patterns(certificate.to_cryptography()), [wanted], [])
    except (VerificationError, CertificateError, ValueError):
        return False
    return True


def is_ip_address(host: str) -> bool:
    return isIPAddress(host) or isIPv6Address(host)


def matches_pin(certificate: crypto.X509 | None, pins: list[str]) -> bool:
    """Whether the certificate has one of these SHA-256 fingerprints; without pins every certificate matches."""
    if not pins:
        return True
    if certificate is None:
        return False
    fingerprint = hashlib.sha256(crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)).hexdigest()
    return fingerprint in [pin.replace(":", "").lower() for pin in pins]


def explain_failure(failure: Failure) -> str:
    """A sentence that says why there is no connection."""
    text = failure.getErrorMessage()
    if "certificate verify failed" in text or "CERTIFICATE_VERIFY" in text.upper():
        return "the server's certificate is not to be trusted; tls_authority or tls_pins can say which is"
    return text
