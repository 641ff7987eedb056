"""Telnet's bytes (RFC 854, 855, 857, 858, 1073): what is data, what is negotiation, and what to answer to it.

Pure: bytes in, data and answers out. Takes any bytes whatever, and keeps a bounded number of them. LINEMODE is not
offered: a client would keep the keys that a line editor is for.
"""

from dataclasses import dataclass, field

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
ECHO, SUPPRESS_GO_AHEAD, TIMING_MARK, WINDOW_SIZE = 1, 3, 6, 31
OFFERED = frozenset({ECHO, SUPPRESS_GO_AHEAD})
"""What this side does: the editor echoes, and nobody waits for a turn."""
WANTED = frozenset({WINDOW_SIZE})
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
SIDE = 1000
"""Columns or rows that are believed."""
CR, LF, NUL = b"\r\n\0"


@dataclass
class Telnet:
    """One connection. `echoes`: the client leaves the echo to us, so there is a terminal with keys. `size` is its
    window's columns and rows, where it told."""

    echoes: bool = False
    size: tuple[int, int] | None = None
    _state: str = "data"
    _verb: int = 0
    _sub: bytearray = field(default_factory=bytearray)
    _after_return: bool = False
    _refused: set[tuple[int, int]] = field(default_factory=set)

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """What the person typed, and what is to be sent back."""
        typed, answer = bytearray(), bytearray()
        for byte in data:
            if self._state == "data":
                self._plain(byte, typed)
            elif self._state == "command":
                self._command(byte, typed, answer)
            elif self._state == "option":
                self._state = "data"
                answer += self._asked(self._verb, byte)
            else:
                self._within(byte)
        return bytes(typed), bytes(answer)

    def _plain(self, byte: int, typed: bytearray) -> None:
        after_return, self._after_return = self._after_return, byte == CR
        if byte == IAC:
            self._state = "command"
        elif not (after_return and byte in (LF, NUL)):  # a key Enter is CR LF or CR NUL
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

    def _within(self, byte: int) -> None:
        """Inside of IAC SB ... IAC SE; what is too long to be a window's size is dropped as it comes."""
        if self._state == "sub" and byte == IAC:
            self._state = "sub command"
        elif self._state == "sub command" and byte != IAC:
            self._state = "data"
            self._told(bytes(self._sub))
        else:
            self._state = "sub"
            if len(self._sub) < SUB_BYTES:
                self._sub.append(byte)

    def _told(self, sub: bytes) -> None:
        if len(sub) == 5 and sub[0] == WINDOW_SIZE:
            columns, rows = int.from_bytes(sub[1:3], "big"), int.from_bytes(sub[3:5], "big")
            self.size = (min(columns, SIDE) or 80, min(rows, SIDE) or 24)

    def _asked(self, verb: int, option: int) -> bytes:
        """The answer to DO, DONT, WILL or WONT: only to what is news, so that nothing goes to and fro for ever."""
        if verb in (DO, DONT) and option in OFFERED:
            if option == ECHO:
                self.echoes = verb == DO
            return b""
        if verb in (DONT, WONT) or (verb == WILL and option in WANTED):
            return b""
        if verb == DO and option == TIMING_MARK:  # asked anew each time, to find the end of what was sent so far
            return bytes([IAC, WILL, TIMING_MARK])
        if (verb, option) in self._refused:
            return b""
        self._refused.add((verb, option))
        return bytes([IAC, WONT if verb == DO else DONT, option])


def escaped(data: bytes) -> bytes:
    return data.replace(b"\xff", b"\xff\xff")
