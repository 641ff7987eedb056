"""Where the page is found, by its configuration."""

from pathlib import Path

import pytest

from bandstand.common import config
from bandstand.common.web import Web


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        (Web(), "http://127.0.0.1:8081"),
        (Web(host="0.0.0.0"), "http://127.0.0.1:8081"),
        (Web(host="::"), "http://[::1]:8081"),
        (Web(host="2001:db8::1"), "http://[2001:db8::1]:8081"),
        (Web(host="radio.example"), "http://radio.example:8081"),
        (Web(public_url="https://radio.example/"), "https://radio.example"),
        (Web(public_url="https://example.org/radio/"), "https://example.org/radio"),
    ],
)
def test_the_page_is_where_its_configuration_says_or_on_the_port_that_it_has(settings: Web, url: str) -> None:
    assert settings.get_url(8081) == url


@pytest.mark.parametrize("url", ["radio.example", "ftp://radio.example", "https://a b", "https://ann:pw@radio.example"])
def test_an_address_that_is_none_is_a_fault(url: str, tmp_path: Path) -> None:
    (tmp_path / "bandstand.toml").write_text(f'[web]\npublic_url = "{url}"\n')
    [fault] = config.faults(tmp_path / "bandstand.toml", {})
    assert "web.public_url: expected an address that begins with http://" in fault


def test_a_certificate_needs_its_key_and_both_files(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("")
    path = tmp_path / "bandstand.toml"
    path.write_text('[web]\ncertificate = "cert.pem"\n')
    [fault] = config.faults(path, {})
    assert "web.key: web.certificate is there, so this is needed as well" in fault
    path.write_text('[web]\ncertificate = "cert.pem"\nkey = "key.pem"\n')
    [fault] = config.faults(path, {})
    assert f"web.key: {tmp_path}/key.pem: there is no such file" in fault
    (tmp_path / "key.pem").write_text("")
    web = config.load(path, {}).web
    assert (web.certificate, web.get_url(8443)) == (f"{tmp_path}/cert.pem", "https://127.0.0.1:8443")
