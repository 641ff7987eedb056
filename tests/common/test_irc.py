"""The configuration of IRC: defaults, faults, warnings, and where secrets come from."""

from pathlib import Path

import pytest

from bandstand.common import irc
from bandstand.common.config import faults, load
from bandstand.common.irc import Network


def written(folder: Path, text: str) -> Path:
    path = folder / "bandstand.toml"
    path.write_text(text, "utf-8")
    return path


def fault(folder: Path, text: str) -> str:
    found = faults(written(folder, text), {})
    assert len(found) == 1, found
    return found[0].removeprefix("bandstand.toml: ")


def networks(folder: Path, text: str, environment: dict[str, str] | None = None) -> list[Network]:
    return load(written(folder, text), environment or {}).irc.configured


def test_without_a_server_there_is_no_irc() -> None:
    assert load(None, {}).irc.configured == []


def test_a_server_and_a_channel_are_enough_and_tls_is_usual(tmp_path: Path) -> None:
    (network,) = networks(tmp_path, '[irc]\nserver = "irc.libera.chat"\nchannels = ["#bandstand"]')
    assert (network.label, network.connect_port) == ("irc.libera.chat", 6697)
    assert (network.tls, network.nick) == (True, "bandstand")
    assert networks(tmp_path, '[irc]\nserver = "x"\ntls = false')[0].connect_port == 6667


def test_several_networks_each_have_their_keys(tmp_path: Path) -> None:
    one = '[irc]\nserver = "a.example"\n'
    more = '[[irc.networks]]\nserver = "b.example"\nname = "bee"\n[[irc.networks]]\nserver = "c.example"\n'
    assert [network.label for network in networks(tmp_path, one + more)] == ["a.example", "bee", "c.example"]
    assert [network.label for network in networks(tmp_path, more)] == ["bee", "c.example"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('server = "x"\nprot = 1', 'irc.prot: no such key; did you mean "port"?'),
        ('server = "x"\nchannels = ["radio"]', "irc.channels[0]: expected a channel such as #bandstand"),
        ('server = "x"\nchannels = ["#a,#b"]', "irc.channels[0]: expected a channel such as #bandstand"),
        ('server = "x"\nnick = "1st"', "irc.nick: expected a nick: at most 31 letters"),
        ('server = "x"\nrealname = "a\\nQUIT"', "irc.realname: expected text on one line"),
        ('server = "x"\ntls_pins = ["ab"]', "irc.tls_pins[0]: expected a SHA-256 fingerprint"),
        ('server = "x"\nsay = "loudly"', 'irc.say: expected "notice" or "privmsg", got text "loudly"'),
        ('channels = ["#radio"]', "irc.server: is missing, and without it there is no IRC"),
        ('server = "::1"', "irc.name: is needed, because rights are granted to NAME/account"),
        ('server = "x"\ntls_verify = false', "irc.tls_verify: without it, tls_pins must say"),
        ('server = "x"\ntls = false\npassword = "p"', "irc.tls: without it the password would cross the network"),
        ('server = "x"\nsasl_mechanisms = ["PLAIN"]', "irc.sasl_mechanisms: PLAIN needs password"),
        ('server = "x"\nsasl_key = "gone.pem"', "irc.sasl_key: "),
        ('server = "x"\nsasl_authzid = "me"', 'irc.sasl_authzid: expected "account" or "empty", got text "me"'),
        (
            'server = "x"\nlogin = "required"',
            "irc.login: is required, so a password, a certificate or a sasl_key is needed",
        ),
        ('server = "x"\ncertificate = "no.pem"', "irc.certificate: "),
        ('server = "x"\npassword_file = "no"', "irc.password_file: "),
        ('server = "x"\n[[irc.networks]]\nnick = "y"', "irc.networks[0].server: is missing"),
        ('server = "x"\n[[irc.networks]]\nserver = "X"', "irc.networks: x is there 2 times; give each a name"),
        ('server = "x"\n[[irc.networks]]\nserver = "y"\nsasl = 1', "irc.networks[0].sasl: no such key"),
    ],
)
def test_a_fault_names_the_key_and_what_was_expected(tmp_path: Path, text: str, sentence: str) -> None:
    assert fault(tmp_path, f"[irc]\n{text}").startswith(sentence)


def test_a_file_that_is_no_certificate_is_said(tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_text("no certificate")
    said = fault(tmp_path, '[irc]\nserver = "x"\ncertificate = "own.pem"')
    assert said.endswith("expected a certificate and its key in one PEM file, without a pass phrase")
    assert "expected certificates in PEM" in fault(tmp_path, '[irc]\nserver = "x"\ntls_authority = "own.pem"')


def test_passwords_come_from_a_file_or_the_environment(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file\n")
    text = '[irc]\nserver = "x"\npassword_file = "secret"\n'
    text += '[[irc.networks]]\nserver = "y"\nserver_password_file = "secret"\n'
    first, second = networks(tmp_path, text)
    assert (first.password, second.server_password) == ("from the file", "from the file")
    assert networks(tmp_path, text, {"BANDSTAND_IRC_PASSWORD": "there"})[0].password == "there"
    (tmp_path / "secret").write_text("two\nlines")
    assert [line.split(": ")[1] for line in faults(tmp_path / "bandstand.toml", {})] == [
        "irc.networks[0].server_password_file",
        "irc.password_file",
    ]


def test_on_this_machine_a_password_may_go_without_tls(tmp_path: Path) -> None:
    for server in ("127.0.0.1", "localhost"):
        assert networks(tmp_path, f'[irc]\nserver = "{server}"\ntls = false\npassword = "p"')


def test_what_is_hardly_meant_is_a_warning(tmp_path: Path) -> None:
    text = '[irc]\nserver = "x.example"\ntls = false\nsilent_channels = ["#a"]\n'
    text += '[[irc.networks]]\nserver = "y"\nchannels = ["#b"]'
    found = list(irc.warnings(load(written(tmp_path, text), {}).irc))
    assert [line.split(": ")[0] for line in found] == ["irc.channels", "irc.tls", "irc.silent_channels"]
