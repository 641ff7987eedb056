"""Passwords as they are kept: scrypt with a salt each. Slow on purpose, so never in the reactor's thread."""

import base64
import hashlib
import hmac
import os

COST, BLOCK, LANES = 2**14, 8, 1
"""16 MiB and some 50 ms for each try."""
LENGTH, SALT = 32, 16
MEMORY = 64 * 1024 * 1024
SHORTEST = 8


def kept(password: str) -> str:
    """A password as it is written down: `scrypt$N$r$p$SALT$HASH`."""
    salt = os.urandom(SALT)
    parts = ["scrypt", str(COST), str(BLOCK), str(LANES), _text(salt), _text(_hash(password, salt, COST, BLOCK, LANES))]
    return "$".join(parts)


def right(password: str, stored: str | None) -> bool:
    """Whether it is the password that was stored; nobody's password takes as long to be found wrong as somebody's."""
    _, cost, block, lanes, salt, expected = (stored or NOBODY).split("$")
    found = _hash(password, _bytes(salt), int(cost), int(block), int(lanes))
    return hmac.compare_digest(found, _bytes(expected)) and stored is not None


def well_formed(stored: str) -> bool:
    """Whether `right` can check against this."""
    try:
        kind, cost, block, lanes, salt, expected = stored.split("$")
        numbers = (int(cost), int(block), int(lanes))
        lengths = (len(_bytes(salt)), len(_bytes(expected)))
    except ValueError:
        return False
    return kind == "scrypt" and numbers == (COST, BLOCK, LANES) and lengths == (SALT, LENGTH)


def _hash(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    data = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(data, salt=salt, n=cost, r=block, p=lanes, maxmem=MEMORY, dklen=LENGTH)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


NOBODY = f"scrypt${COST}${BLOCK}${LANES}${_text(bytes(SALT))}${_text(bytes(LENGTH))}"
