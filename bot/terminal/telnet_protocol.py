"""The telnet protocol (RFC 854, 855, 857, 858, 1073): what is typed, what is negotiation, and what to answer to it.

Pure: bytes in, keys and answers out. Takes any bytes, and keeps a bounded number of them. LINEMODE is not offered: with
it the client edits the line, and the keys of our editor never come.
"""

import re
from dataclasses import dataclass, field

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
ECHO, SUPPRESS_GO_AHEAD, TIMING_MARK, WINDOW_SIZE = 1, 3, 6, 31
OFFERED = frozenset({ECHO, SUPPRESS_GO_AHEAD})
"""Options of this side: the editor echoes, and both sides may send at any time."""
WANTED = frozenset({WINDOW_SIZE})
"""Options of the client's side."""
GREETING = bytes([IAC, WILL, ECHO, IAC, WILL, SUPPRESS_GO_AHEAD, IAC, DO, WINDOW_SIZE])
KEYS = {
    244: b"\x03",  # interrupt process
    243: b"\x03",  # break
    247: b"\x7f",  # erase character
    248: b"\x15",  # erase line
    236: b"\x04",  # end of file
}
"""Commands that stand for keys."""
ARE_YOU_THERE = 246
SUB_BYTES = 64
"""Bytes of a subnegotiation that are kept; a window's size has five."""
SIDE = 1000
"""Columns or rows of the largest window."""
CR, LF, NUL = b"\r\n\0"
PLAIN = re.compile(rb"[^\xff\r]+")
"""Bytes that mean themselves."""


def believable(columns: int, rows: int) -> tuple[int, int]:
    """The size of a window, whatever a client says."""
    return min(columns, SIDE) or 80, min(rows, SIDE) or 24


def escape(data: bytes) -> bytes:
    return data.replace(b"\xff", b"\xff\xff")


@dataclass
class TelnetParser:
    """The client's half of one connection. `echoes`: the client leaves the echo to us, so it is a terminal with keys.
    `size` is its window's columns and rows, once it has told."""

    echoes: bool = False
    size: tuple[int, int] | None = None
    _state: str = "data"
    _verb: int = 0
    _sub: bytearray = field(default_factory=bytearray)
    _is_after_return: bool = False
    _refused: set[tuple[int, int]] = field(default_factory=set)

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """The keys that were typed, and the bytes to send back."""
        typed, answer = bytearray(), bytearray()
        place = 0
        while place < len(data):
            run = PLAIN.match(data, place) if self._state == "data" and not self._is_after_return else None
            if run:  # at once, as byte by byte a flood would hold up the reactor
                typed += run[0]
                place = run.end()
            else:
                self._feed_byte(data[place], typed, answer)
                place += 1
        return bytes(typed), bytes(answer)

    def _feed_byte(self, byte: int, typed: bytearray, answer: bytearray) -> None:
        if self._state == "data":
            self._plain(byte, typed)
        elif self._state == "command":
            self._command(byte, typed, answer)
        elif self._state == "option":
            self._state = "data"
            answer += self._negotiate(self._verb, byte)
        else:
            self._subnegotiate(byte)

    def _plain(self, byte: int, typed: bytearray) -> None:
        was_return, self._is_after_return = self._is_after_return, byte == CR
        if byte == IAC:
            self._state = "command"
        elif not (was_return and byte in (LF, NUL)):  # the key Enter is CR LF or CR NUL
            typed.append(byte)

    def _command(self, byte: int, typed: bytearray, answer: bytearray) -> None:
        self._state = "data"
        if byte == IAC:
            typed.append(byte)
        elif byte in (DO, DONT, WILL, WONT):
            self._state, self._verb = "option", byte
        elif byte == SB:
            self._state = "sub"
            self._sub.clear()
        elif byte == ARE_YOU_THERE:
            answer += b"[yes]\r\n"
        else:
            typed += KEYS.get(byte, b"")

    def _subnegotiate(self, byte: int) -> None:
        """A byte of IAC SB ... IAC SE."""
        if self._state == "sub" and byte == IAC:
            self._state = "sub command"
        elif self._state == "sub command" and byte != IAC:
            self._state = "data"
            self._end_subnegotiation(bytes(self._sub))
        else:
            self._state = "sub"
            if len(self._sub) < SUB_BYTES:
                self._sub.append(byte)

    def _end_subnegotiation(self, sub: bytes) -> None:
        if len(sub) == 5 and sub[0] == WINDOW_SIZE:
            self.size = believable(int.from_bytes(sub[1:3], "big"), int.from_bytes(sub[3:5], "big"))

    def _negotiate(self, verb: int, option: int) -> bytes:
        """The answer to DO, DONT, WILL or WONT. A repeated request gets none, or two sides could answer each other
        for ever (RFC 854)."""
        if verb in (DO, DONT) and option in OFFERED:
            if option == ECHO:
                self.echoes = verb == DO
            return b""
        if verb in (DONT, WONT) or (verb == WILL and option in WANTED):
            return b""
        if verb == DO and option == TIMING_MARK:  # a client asks each time that it wants to know what has arrived
            return bytes([IAC, WILL, TIMING_MARK])
        if (verb, option) in self._refused:
            return b""
        self._refused.add((verb, option))
        return bytes([IAC, WONT if verb == DO else DONT, option])
