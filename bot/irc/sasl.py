"""SASL: the mechanisms that log a bot in to its account, and how their messages are carried. Pure but for the nonce.

A mechanism answers one challenge after the other; a server that cannot prove that it knows the password (SCRAM) raises
Lied, and is to be left.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Protocol

from scramp import ScramClient, ScramException

CHUNK = 400
"""Base64 characters of one AUTHENTICATE line; a message whose last chunk is full is ended by a `+`."""
LONGEST = 8192
"""Characters of a challenge; no mechanism here needs a tenth of it."""
ITERATIONS = 100_000
"""More rounds of hashing than this would hold up the whole bot on a server's word."""


class Refused(Exception):
    """This mechanism does not come to an end here; another may."""


class Lied(Refused):
    """The server does not know the password that it should."""


class Mechanism(Protocol):
    name: str

    def answer(self, challenge: bytes) -> bytes:
        """Raises Refused for a challenge that has no answer."""
        ...


class Plain:
    name = "PLAIN"

    def __init__(self, account: str, password: str) -> None:
        self._message = f"\0{account}\0{password}".encode()

    def answer(self, challenge: bytes) -> bytes:
        if challenge:
            raise Refused("the server asked for more than PLAIN has")
        return self._message


class External:
    """The account is the one that the client's certificate belongs to."""

    name = "EXTERNAL"

    def answer(self, challenge: bytes) -> bytes:
        if challenge:
            raise Refused("the server asked for more than EXTERNAL has")
        return b""


class Scram:
    name = "SCRAM-SHA-256"

    def __init__(self, account: str, password: str, nonce: str | None = None) -> None:
        try:
            self._client = ScramClient([self.name], account, password, c_nonce=nonce)
        except ScramException as error:
            raise Refused(f"the account's name or password does not go with SCRAM: {error}") from None
        self._steps = (self._first, self._final, self._last)
        self._at = 0

    @property
    def proved(self) -> bool:
        """Whether the server has shown that it knows the password, too."""
        return self._at == len(self._steps)

    def answer(self, challenge: bytes) -> bytes:
        if self.proved:
            raise Refused("the server asked for more than SCRAM has")
        try:
            message = self._steps[self._at](challenge.decode()).encode()
        except UnicodeDecodeError:
            raise Refused("the server's message is not UTF-8") from None
        self._at += 1
        return message

    def _first(self, _: str) -> str:
        return str(self._client.get_client_first())

    def _final(self, challenge: str) -> str:
        rounds = re.search(r"(?:^|,)i=([0-9]{1,9})(?:,|$)", challenge)
        if rounds is None or int(rounds[1]) > ITERATIONS:
            raise Refused(f"the server wants more than {ITERATIONS} rounds of hashing, or names no number")
        try:
            self._client.set_server_first(challenge)
            return str(self._client.get_client_final())
        except (ScramException, ValueError) as error:
            raise Refused(f"the server's challenge is wrong: {error}") from None

    def _last(self, challenge: str) -> str:
        try:
            self._client.set_server_final(challenge)
        except (ScramException, ValueError):
            if challenge.startswith("e="):
                raise Refused("the server refused the password") from None
            raise Lied("the server could not prove that it knows the password") from None
        return ""


def chunks(message: bytes) -> Iterator[str]:
    """What follows AUTHENTICATE on each of its lines."""
    text = base64.b64encode(message).decode()
    for start in range(0, len(text), CHUNK):
        yield text[start : start + CHUNK]
    if len(text) % CHUNK == 0:
        yield "+"


class Inbox:
    """Puts a server's chunks together again."""

    def __init__(self) -> None:
        self._text = ""

    def take(self, chunk: str) -> bytes | None:
        """The whole challenge once its last chunk is here. Raises Refused for what is none, or is too long."""
        self._text += "" if chunk == "+" else chunk
        if len(self._text) > LONGEST or len(chunk) > CHUNK:
            self._text = ""
            raise Refused("the server's challenge is too long")
        if len(chunk) == CHUNK:
            return None
        text, self._text = self._text, ""
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise Refused("the server's challenge is not base64") from None
