"""What a server says about itself (RPL_ISUPPORT, numeric 005): its tokens, and how it compares names (CASEMAPPING).

Pure. IRC compares nicks and channels without regard to case, and the server decides what case is: under `rfc1459` the
characters `{}|~` are the lower case of `[]\\^`. Every name is casefolded before it is compared or used as a key.
"""

CASEMAPPINGS = {
    "ascii": str.maketrans({}),
    "rfc1459": str.maketrans("[]\\^", "{}|~"),
    "rfc1459-strict": str.maketrans("[]\\", "{}|"),
}
"""What each mapping adds to ASCII's own lower case."""
DEFAULT_CASEMAPPING = "rfc1459"
ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
NUMBER_DIGITS = 4
MAX_TOKENS = 300
UNANNOUNCED_BOT_MODES = {"ngircd": "B"}
"""Servers with a user mode for bots that they do not announce, by the beginning of their version."""


def casefold(name: str, casemapping: str = DEFAULT_CASEMAPPING) -> str:
    """The name as the server compares it. An unknown casemapping counts as the default."""
    table = CASEMAPPINGS.get(casemapping, CASEMAPPINGS[DEFAULT_CASEMAPPING])
    return name.translate(ASCII_LOWER).translate(table)


class ISupport:
    """One connection's tokens."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._tokens

    def set_version(self, version: str) -> None:
        """Take note of the version in numeric 004."""
        for beginning, mode in UNANNOUNCED_BOT_MODES.items():
            if version.startswith(beginning):
                self._tokens["BOT"] = mode

    def add_tokens(self, tokens: tuple[str, ...]) -> None:
        """Add `NAME`, `NAME=VALUE` and remove `-NAME`. What is beyond MAX_TOKENS is ignored."""
        for token in tokens:
            name, _, value = token.partition("=")
            if name.startswith("-"):
                self._tokens.pop(name[1:], None)
            elif name in self._tokens or len(self._tokens) < MAX_TOKENS:
                self._tokens[name] = value

    def number(self, name: str, default: int) -> int:
        text = self._tokens.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS else default

    def text(self, name: str, default: str) -> str:
        return self._tokens.get(name) or default

    @property
    def casemapping(self) -> str:
        return self._tokens.get("CASEMAPPING", DEFAULT_CASEMAPPING)

    @property
    def bot_mode(self) -> str:
        """The letter of the user mode that marks a bot; empty if the server has none."""
        mode = self._tokens.get("BOT", "")
        return mode if len(mode) == 1 and mode.isalpha() else ""

    @property
    def has_whox(self) -> bool:
        return "WHOX" in self._tokens
