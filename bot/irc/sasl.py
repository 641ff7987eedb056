"""SASL (RFC 4422, IRCv3 sasl-3.1): logging the bot in to its services account. Pure but for SCRAM's nonce.

A mechanism answers one challenge after the other. EXTERNAL refers to the client's TLS certificate,
ECDSA-NIST256P-CHALLENGE (as Atheme has it) signs with a key whose public half services know, PLAIN sends the password,
SCRAM-SHA-256 (RFC 5802, 7677) proves that it knows the password without sending it, and makes the server
prove the same. A server that cannot is an impostor, and the connection has to end before it hears anything else.

Challenges and answers travel as base64 in AUTHENTICATE messages of at most 400 characters each.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from scramp import ScramClient, ScramException

CHUNK_CHARACTERS = 400
"""Base64 characters of one AUTHENTICATE message; if the last chunk is full, a `+` follows it."""
MAX_CHALLENGE_CHARACTERS = 8192
"""No mechanism here needs a tenth of this."""
MAX_ITERATIONS = 100_000
"""Rounds of hashing that a server may demand: more would hold up the whole bot."""


class SaslFailed(Exception):
    """This mechanism cannot succeed here; another may."""


class ImpostorServer(SaslFailed):
    """The server does not know the password that it should know."""


class Mechanism(Protocol):
    name: str

    def answer(self, challenge: bytes) -> bytes:
        """The answer to a challenge. Raises SaslFailed if it has none."""
        ...


class Plain:
    name = "PLAIN"

    def __init__(self, account: str, password: str, authzid: str = "") -> None:
        """`authzid`: whom to act as, if it is said: the account itself."""
        self._message = f"{authzid}\0{account}\0{password}".encode()

    def answer(self, challenge: bytes) -> bytes:
        if challenge:
            raise SaslFailed("the server asked for more than PLAIN has")
        return self._message


class External:
    """Logs in to the account that the client's certificate belongs to."""

    name = "EXTERNAL"

    def answer(self, challenge: bytes) -> bytes:
        if challenge:
            raise SaslFailed("the server asked for more than EXTERNAL has")
        return b""


class Ecdsa:
    """Signs what the server sends, which is taken for a hash of 32 bytes as it is."""

    name = "ECDSA-NIST256P-CHALLENGE"

    def __init__(self, account: str, pem: bytes) -> None:
        """Raises SaslFailed for a key that cannot be used."""
        try:
            key = load_pem_private_key(pem, None)
        except (ValueError, TypeError):
            raise SaslFailed("the private key cannot be read") from None
        if not isinstance(key, EllipticCurvePrivateKey):
            raise SaslFailed("the private key is not one for ECDSA")
        self._key = key
        self._account = account
        self._is_named = False

    def answer(self, challenge: bytes) -> bytes:
        if not self._is_named:
            self._is_named = True
            return self._account.encode()
        if not 0 < len(challenge) <= SHA256.digest_size:
            raise SaslFailed("the server's challenge is no hash of 32 bytes")
        return self._key.sign(challenge.rjust(SHA256.digest_size, b"\0"), ECDSA(Prehashed(SHA256())))


class Scram:
    name = "SCRAM-SHA-256"

    def __init__(self, account: str, password: str, nonce: str | None = None) -> None:
        """Raises SaslFailed for a name or password that SCRAM cannot carry."""
        try:
            self._client = ScramClient([self.name], account, password, c_nonce=nonce)
        except ScramException as error:
            raise SaslFailed(f"the account's name or password does not go with SCRAM: {error}") from None
        self._steps = (self._client_first, self._client_final, self._check_server)
        self._next_step = 0

    @property
    def is_server_proved(self) -> bool:
        """Whether the server has proved that it knows the password."""
        return self._next_step == len(self._steps)

    def answer(self, challenge: bytes) -> bytes:
        if self.is_server_proved:
            raise SaslFailed("the server asked for more than SCRAM has")
        try:
            message = self._steps[self._next_step](challenge.decode()).encode()
        except UnicodeDecodeError:
            raise SaslFailed("the server's message is not UTF-8") from None
        self._next_step += 1
        return message

    def _client_first(self, _: str) -> str:
        return str(self._client.get_client_first())

    def _client_final(self, challenge: str) -> str:
        rounds = re.search(r"(?:^|,)i=([0-9]{1,9})(?:,|$)", challenge)
        if rounds is None or int(rounds[1]) > MAX_ITERATIONS:
            raise SaslFailed(f"the server wants more than {MAX_ITERATIONS} rounds of hashing, or names no number")
        try:
            self._client.set_server_first(challenge)
            return str(self._client.get_client_final())
        except (ScramException, ValueError) as error:
            raise SaslFailed(f"the server's challenge is wrong: {error}") from None

    def _check_server(self, challenge: str) -> str:
        try:
            self._client.set_server_final(challenge)
        except (ScramException, ValueError):
            if challenge.startswith("e="):
                raise SaslFailed("the server refused the password") from None
            raise ImpostorServer("the server could not prove that it knows the password") from None
        return ""


def split_message(message: bytes) -> Iterator[str]:
    """The parameters of the AUTHENTICATE messages that carry this answer."""
    text = base64.b64encode(message).decode()
    for start in range(0, len(text), CHUNK_CHARACTERS):
        yield text[start : start + CHUNK_CHARACTERS]
    if len(text) % CHUNK_CHARACTERS == 0:
        yield "+"


class ChallengeBuffer:
    """Joins the chunks of a server's challenge."""

    def __init__(self) -> None:
        self._text = ""

    def add(self, chunk: str) -> bytes | None:
        """The whole challenge if this was its last chunk, else None. Raises SaslFailed if it is too long or wrong."""
        self._text += "" if chunk == "+" else chunk
        if len(self._text) > MAX_CHALLENGE_CHARACTERS or len(chunk) > CHUNK_CHARACTERS:
            self._text = ""
            raise SaslFailed("the server's challenge is too long")
        if len(chunk) == CHUNK_CHARACTERS:
            return None
        text, self._text = self._text, ""
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise SaslFailed("the server's challenge is not base64") from None
