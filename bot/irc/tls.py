"""TLS towards a network: which certificates to trust, and which one to show.

A server is verified by the machine's authorities, by an authority of the configuration, or by the fingerprint of its
certificate (a pin). Pins are checked by the session when the handshake is complete, before a byte of IRC is sent.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

from OpenSSL import SSL, crypto
from twisted.internet.abstract import isIPAddress
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import (
    Certificate,
    CertificateOptions,
    PrivateCertificate,
    optionsForClientTLS,
    trustRootFromCertificates,
)
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

from bandstand.common.irc import Network

PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@implementer(IOpenSSLClientConnectionCreator)
class UnverifiedConnectionCreator:
    """Accepts any certificate in the handshake, for servers that are recognised by their pin alone."""

    def __init__(self, host: str, own: PrivateCertificate | None) -> None:
        keys: dict[str, Any] = {}
        if own is not None:
            keys = {"privateKey": own.privateKey.original, "certificate": own.original}
        self._context = CertificateOptions(verify=False, **keys).getContext()
        self._host = host

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        connection = SSL.Connection(self._context, None)
        if not isIPAddress(self._host):
            connection.set_tlsext_host_name(self._host.encode("idna"))
        return connection


def connection_creator(network: Network) -> IOpenSSLClientConnectionCreator:
    """The TLS settings of a network, for Twisted's endpoints. Raises OSError or an OpenSSL error for unusable files."""
    own = PrivateCertificate.loadPEM(Path(network.certificate).read_bytes()) if network.certificate else None
    if not network.tls_verify:
        return UnverifiedConnectionCreator(network.server, own)
    trust = None
    if network.tls_authority:
        found = PEM.findall(Path(network.tls_authority).read_bytes())
        trust = trustRootFromCertificates([Certificate.loadPEM(pem) for pem in found])
    return optionsForClientTLS(network.server, trustRoot=trust, clientCertificate=own)


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
    if "VerificationError" in repr(failure.value):
        return "the server's certificate is another host's"
    return text
