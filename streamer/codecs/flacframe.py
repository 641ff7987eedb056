"""FLAC frames (RFC 9639 section 9) as bytes: numbered anew, and stored as they are. Needs only the standard library.

A frame carries its number, so one that is sent again, or after another encoder's frames, needs a new one, and new
checksums. A CRC is linear: if only the head of a frame changes, the frame's CRC changes by the difference (XOR) of the
CRCs of the two heads, multiplied by x^(8 n) for the n bytes that follow, modulo the CRC's polynomial. So the sound need
not be read again.
"""

from functools import cache

HEADER = b"\xff\xf8"
"""Sync code, and blocks of one size."""
BLOCK_1152_RATE_48000 = 0x3A
STEREO_16_BITS = 0x18
VERBATIM = b"\x02"
NUMBERS = 2**31
CRC_16 = 0x18005
"""x^16 + x^15 + x^2 + 1."""


def make_table(polynomial: int, bits: int) -> list[int]:
    """The CRC of each byte, for a polynomial of this many bits."""
    made = []
    for byte in range(256):
        crc = byte << (bits - 8)
        for _ in range(8):
            crc = crc << 1 ^ (polynomial if crc >> (bits - 1) else 0)
        made.append(crc)
    return made


_CRC_8, _CRC_16 = make_table(0x107, 8), make_table(CRC_16, 16)


def compute_crc_8(data: bytes) -> int:
    """The CRC-8 of a frame's head, RFC 9639 section 9.1.8."""
    crc = 0
    for byte in data:
        crc = _CRC_8[crc ^ byte]
    return crc


def compute_crc_16(data: bytes) -> int:
    """The CRC-16 of a whole frame, RFC 9639 section 9.3."""
    crc = 0
    for byte in data:
        crc = (crc & 0xFF) << 8 ^ _CRC_16[crc >> 8 ^ byte]
    return crc


def multiply_polynomials(one: int, other: int) -> int:
    """The product of two polynomials over GF(2), modulo `CRC_16`."""
    product = 0
    for bit in range(16):
        if other >> bit & 1:
            product ^= one << bit
    for bit in range(30, 15, -1):
        if product >> bit & 1:
            product ^= CRC_16 << (bit - 16)
    return product


@cache
def shift_factor(length: int) -> int:
    """The factor by which a CRC-16 changes when `length` zero bytes follow: x^(8 length)."""
    if length == 0:
        return 1
    half = shift_factor(length // 2)
    square = multiply_polynomials(half, half)
    return multiply_polynomials(square, 0x100) if length % 2 else square


def encode_number(number: int) -> bytes:
    """A frame's number of up to 31 bits, in the code of UTF-8 extended to six bytes (RFC 9639 section 9.1.5)."""
    if number < 0x80:
        return bytes([number])
    length = next(length for length in range(2, 7) if number < 1 << 5 * length + 1)
    tail = [0x80 | number >> 6 * place & 0x3F for place in range(length - 1)]
    lead = 0xFF << (8 - length) & 0xFF | number >> 6 * (length - 1)
    return bytes([lead, *reversed(tail)])


def count_coded_bytes(lead: int) -> int:
    """How many bytes the number takes whose code begins with this byte."""
    ones = next((place for place in range(8) if not lead << place & 0x80), 8)
    return max(1, ones)


def renumber_frame(frame: bytes, number: int) -> bytes:
    """The same sound as a frame with this number."""
    sound = 4 + count_coded_bytes(frame[4])
    block, rate = frame[2] >> 4, frame[2] & 0xF
    checked = sound + {6: 1, 7: 2}.get(block, 0) + {12: 1, 13: 2, 14: 2}.get(rate, 0)
    head = frame[:4] + encode_number(number % NUMBERS) + frame[sound:checked]
    head += bytes([compute_crc_8(head)])
    body = frame[checked + 1 : -2]
    changed = multiply_polynomials(compute_crc_16(frame[: checked + 1]) ^ compute_crc_16(head), shift_factor(len(body)))
    return head + body + (int.from_bytes(frame[-2:], "big") ^ changed).to_bytes(2, "big")


def make_verbatim_frame(channels: tuple[bytes, bytes]) -> bytes:
    """A frame of 1,152 samples for each channel, 16 bits each, big-endian, stored without any compression."""
    head = HEADER + bytes([BLOCK_1152_RATE_48000, STEREO_16_BITS, 0])
    data = head + bytes([compute_crc_8(head)]) + b"".join(VERBATIM + channel for channel in channels)
    return data + compute_crc_16(data).to_bytes(2, "big")


def make_stream_info(block: int, rate: int, channels: int, bits: int) -> bytes:
    """STREAMINFO of a live stream: frame sizes, length and MD5 are not known."""
    packed = rate << 44 | (channels - 1) << 41 | (bits - 1) << 36
    return block.to_bytes(2, "big") * 2 + bytes(6) + packed.to_bytes(8, "big") + bytes(16)
