"""Hashes of passwords: scrypt (RFC 7914), each with its own salt. Slow on purpose: never in the reactor's thread."""

import base64
import hashlib
import hmac
import os

COST, BLOCK, LANES = 2**14, 8, 1
"""16 MiB and about 50 ms for each try."""
LENGTH, SALT = 32, 16
MEMORY = 64 * 1024 * 1024
SHORTEST = 8


def hash_password(password: str) -> str:
    """The hash of a password as it is stored: `scrypt$N$r$p$SALT$HASH`, salt and hash in base64."""
    salt = os.urandom(SALT)
    derived = _derive(password, salt, COST, BLOCK, LANES)
    return "$".join(["scrypt", str(COST), str(BLOCK), str(LANES), _text(salt), _text(derived)])


def is_right(password: str, stored: str | None) -> bool:
    """Whether this password was stored. For a name without an account (None) it takes as long to say no."""
    _, cost, block, lanes, salt, expected = (stored or NOBODY).split("$")
    found = _derive(password, _bytes(salt), int(cost), int(block), int(lanes))
    return hmac.compare_digest(found, _bytes(expected)) and stored is not None


def is_well_formed(stored: str) -> bool:
    """Whether `is_right` can check against this."""
    try:
        kind, cost, block, lanes, salt, expected = stored.split("$")
        numbers = (int(cost), int(block), int(lanes))
        lengths = (len(_bytes(salt)), len(_bytes(expected)))
    except ValueError:
        return False
    return kind == "scrypt" and numbers == (COST, BLOCK, LANES) and lengths == (SALT, LENGTH)


def _derive(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    data = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(data, salt=salt, n=cost, r=block, p=lanes, maxmem=MEMORY, dklen=LENGTH)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


NOBODY = f"scrypt${COST}${BLOCK}${LANES}${_text(bytes(SALT))}${_text(bytes(LENGTH))}"
