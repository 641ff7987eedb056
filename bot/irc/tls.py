"""TLS towards a network: whom to believe, what to show, and which certificates are the server's.

The pins are checked by the session when the handshake is complete, before a byte of IRC is sent.
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
from twisted.python.failure import Failure
from zope.interface import implementer

from common.irc import Network

PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@implementer(IOpenSSLClientConnectionCreator)
class Unverified:
    """Believes any certificate at first: for servers that are known by their pin alone."""

    def __init__(self, host: str, own: PrivateCertificate | None) -> None:
        given: dict[str, Any] = {}
        if own is not None:
            given = {"privateKey": own.privateKey.original, "certificate": own.original}
        self._context = CertificateOptions(verify=False, **given).getContext()
        self._host = host

    def clientConnectionForTLS(self, protocol: Any) -> SSL.Connection:
        connection = SSL.Connection(self._context, None)
        if not isIPAddress(self._host):
            connection.set_tlsext_host_name(self._host.encode("idna"))
        return connection


def options(network: Network) -> Any:
    """What makes the connection's TLS, as Twisted's endpoints want it."""
    own = PrivateCertificate.loadPEM(Path(network.certificate).read_bytes()) if network.certificate else None
    if not network.tls_verify:
        return Unverified(network.server, own)
    trust = None
    if network.tls_authority:
        found = PEM.findall(Path(network.tls_authority).read_bytes())
        trust = trustRootFromCertificates([Certificate.loadPEM(pem) for pem in found])
    return optionsForClientTLS(network.server, trustRoot=trust, clientCertificate=own)


def pinned(certificate: crypto.X509 | None, pins: list[str]) -> bool:
    """Whether the server's certificate is one of those that are named, or none is named."""
    if not pins:
        return True
    if certificate is None:
        return False
    found = hashlib.sha256(crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)).hexdigest()
    return found in [pin.replace(":", "").lower() for pin in pins]


def why_lost(failure: Failure) -> str:
    """A sentence for why there is no connection."""
    text = failure.getErrorMessage()
    if "certificate verify failed" in text or "CERTIFICATE_VERIFY" in text.upper():
        return "the server's certificate is not to be trusted; tls_authority or tls_pins can say which is"
    if "VerificationError" in repr(failure.value):
        return "the server's certificate is another host's"
    return text
