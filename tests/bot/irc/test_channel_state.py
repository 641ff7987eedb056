"""Who is in the bot's channels, under which account, as the server's messages say."""

from bandstand.bot.irc.channel_state import Members
from bandstand.bot.irc.message import Hostmask


def some_members() -> Members:
    members = Members()
    members.enter_channel("#radio")
    members.enter_channel("#den")
    members.add(Hostmask("Ann", "a", "h"), "#radio", "annacct")
    members.add(Hostmask("bob", "b", "h"), "#radio", "*")
    members.add(Hostmask("bob", "b", "h"), "#den")
    return members


def account(members: Members, nick: str) -> str | None:
    member = members.find(nick)
    assert member is not None
    return member.account


def test_an_account_may_be_known_none_or_unknown() -> None:
    members = some_members()
    members.add(Hostmask("cyd"), "#den")
    assert [account(members, nick) for nick in ("ANN", "bob", "cyd")] == ["annacct", "", None]


def test_account_and_channels_stay_with_a_user_who_changes_nick() -> None:
    members = some_members()
    members.rename("ann", "anna")
    assert members.find("ann") is None
    assert account(members, "anna") == "annacct"
    assert members.find_nick("ANNACCT", "#radio") == "anna"
    assert members.find_nick("annacct", "#den") is None
    assert members.find_nick("annacct") == "anna"


def test_a_user_who_is_in_no_channel_is_forgotten() -> None:
    members = some_members()
    members.remove("bob", "#radio")
    assert members.find("bob") is not None
    members.remove("bob", "#den")
    assert members.find("bob") is None
    members.leave_channel("#radio")
    assert members.find("ann") is None
    assert members.channels() == ["#den"]


def test_a_nick_that_comes_back_may_be_another_person() -> None:
    members = some_members()
    members.remove_everywhere("ann")
    members.add(Hostmask("ann", "x", "elsewhere"), "#radio")
    assert account(members, "ann") is None


def test_accounts_and_hosts_change() -> None:
    members = some_members()
    members.set_account("bob", "robert")
    members.set_host("bob", "new", "host.example")
    members.set_account("nobody", "x")
    member = members.find("bob")
    assert member is not None
    assert (member.account, str(member.hostmask)) == ("robert", "bob!new@host.example")


def test_users_of_a_channel_without_the_bot_are_not_kept() -> None:
    members = some_members()
    members.add(Hostmask("eve", "e", "h"), "#other", "boss")
    assert members.find("eve") is None
