"""Who is where, under which account, as the server's lines say it."""

from bot.irc.line import Source
from bot.irc.roster import Roster


def roster() -> Roster:
    made = Roster()
    made.entered("#radio")
    made.entered("#den")
    made.seen(Source("Ann", "a", "h"), "#radio", "annacct")
    made.seen(Source("bob", "b", "h"), "#radio", "*")
    made.seen(Source("bob", "b", "h"), "#den")
    return made


def account(made: Roster, nick: str) -> str | None:
    person = made.person(nick)
    assert person is not None
    return person.account


def test_people_have_an_account_none_or_an_unknown_one() -> None:
    made = roster()
    made.seen(Source("cyd"), "#den")
    assert [account(made, nick) for nick in ("ANN", "bob", "cyd")] == ["annacct", "", None]


def test_a_new_nick_takes_everything_along() -> None:
    made = roster()
    made.renamed("ann", "anna")
    assert made.person("ann") is None
    assert account(made, "anna") == "annacct"
    assert made.holder("ANNACCT", "#radio") == "anna"
    assert made.holder("annacct", "#den") is None
    assert made.holder("annacct") == "anna"


def test_whoever_is_seen_nowhere_is_forgotten() -> None:
    made = roster()
    made.gone("bob", "#radio")
    assert made.person("bob") is not None
    made.gone("bob", "#den")
    assert made.person("bob") is None
    made.left("#radio")
    assert made.person("ann") is None
    assert made.channels() == ["#den"]


def test_a_nick_that_comes_back_is_not_who_it_was() -> None:
    made = roster()
    made.quit("ann")
    made.seen(Source("ann", "x", "elsewhere"), "#radio")
    assert account(made, "ann") is None


def test_accounts_and_hosts_change() -> None:
    made = roster()
    made.logged_in("bob", "robert")
    made.moved("bob", "new", "host.example")
    made.logged_in("nobody", "x")
    person = made.person("bob")
    assert person is not None
    assert (person.account, person.mask) == ("robert", "bob!new@host.example")


def test_nobody_is_seen_in_a_channel_that_we_are_not_in() -> None:
    made = roster()
    made.seen(Source("eve", "e", "h"), "#other", "boss")
    assert made.person("eve") is None
