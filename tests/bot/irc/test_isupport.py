"""What a server says about itself, and how it compares names."""

from bandstand.bot.irc.isupport import MAX_TOKENS, ISupport, casefold


def test_names_are_compared_by_the_servers_casemapping() -> None:
    assert casefold("Ann[1]^") == "ann{1}~"
    assert casefold("Ann[1]^", "rfc1459-strict") == "ann{1}^"
    assert casefold("Ann[1]", "ascii") == "ann[1]"
    assert casefold("Ä") == "Ä"


def test_tokens_come_and_go() -> None:
    isupport = ISupport()
    assert isupport.casemapping == "rfc1459"
    isupport.add_tokens(("CASEMAPPING=ascii", "WHOX", "BOT=B", "USERLEN=18"))
    assert (isupport.casemapping, isupport.has_whox, isupport.bot_mode) == ("ascii", True, "B")
    assert isupport.number("USERLEN", 12) == 18
    isupport.add_tokens(("-WHOX", "-CASEMAPPING", "-NEVER", "USERLEN="))
    assert (isupport.casemapping, isupport.has_whox) == ("rfc1459", False)
    assert isupport.number("USERLEN", 12) == 12


def test_a_wrong_value_counts_as_none() -> None:
    isupport = ISupport()
    isupport.add_tokens(("BOT=+b", "HOSTLEN=99999999", "NICKLEN=\u0663"))
    assert isupport.bot_mode == ""
    assert isupport.number("HOSTLEN", 64) == 64
    assert isupport.number("NICKLEN", 31) == 31


def test_some_servers_do_not_announce_their_bot_mode() -> None:
    isupport = ISupport()
    isupport.set_version("ngircd-26.1")
    assert isupport.bot_mode == "B"


def test_tokens_are_bounded() -> None:
    isupport = ISupport()
    isupport.add_tokens(tuple(f"TOKEN{number}" for number in range(2 * MAX_TOKENS)))
    assert f"TOKEN{MAX_TOKENS - 1}" in isupport
    assert f"TOKEN{MAX_TOKENS}" not in isupport
