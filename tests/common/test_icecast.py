"""Icecast's address, its authorization and its statistics."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.config import Icecast, Mount
from bandstand.common.icecast import MountStats, address, base_url, basic_authorization, get_burst_seconds, parse_stats

STATS = b"""<?xml version="1.0"?>
<icestats><admin>icemaster@localhost</admin><listeners>9</listeners>
<source mount="/stream.mp3"><audio_info>x</audio_info>
<listeners>3</listeners><title>a &lt;/source&gt;</title><total_bytes_read>4711</total_bytes_read></source>
<source mount="/a&amp;b.ogg"><listeners>0</listeners></source></icestats>
"""


def test_each_mount_has_its_figures() -> None:
    assert parse_stats(STATS) == {"/stream.mp3": MountStats(3, 4711), "/a&b.ogg": MountStats(0, None)}
    assert parse_stats(b'<?xml version="1.0"?>\n<icestats/>') == {}


@pytest.mark.parametrize("answer", [b"", b"<b>Authentication Required</b>", b"Icecast is busy", b"\xff\xfe"])
def test_what_is_no_statistics_is_said_to_be_none(answer: bytes) -> None:
    with pytest.raises(ValueError, match="statistics"):
        parse_stats(answer)


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"])), st.integers(0, 10**12))
def test_any_path_and_any_title_are_read_as_an_xml_parser_reads_them(text: str, figure: int) -> None:
    root = ElementTree.Element("icestats")
    source = ElementTree.SubElement(root, "source", mount="/" + text)
    ElementTree.SubElement(source, "title").text = text
    ElementTree.SubElement(source, "listeners").text = "2"
    ElementTree.SubElement(source, "total_bytes_read").text = str(figure)
    assert parse_stats(ElementTree.tostring(root, "utf-8")) == {"/" + text: MountStats(2, figure)}


def test_its_address_goes_by_the_configuration() -> None:
    assert address(Icecast(host="radio.example", port=8443)) == "radio.example:8443"
    assert base_url(Icecast(), 8001) == "http://127.0.0.1:8001"
    assert base_url(Icecast(host="radio.example", tls=True)) == "https://radio.example:8000"


def test_authorization_is_that_of_rfc_7617() -> None:
    assert basic_authorization("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


@pytest.mark.parametrize(
    ("mount", "seconds"),
    [
        (Mount(path="/a", format="opus", bitrate=32), 0.5),
        (Mount(path="/a", format="mp3", bitrate=64), 1.7),
        (Mount(path="/a", format="mp3", bitrate=128), 1.7),
        (Mount(path="/a", format="mp3", bitrate=192), 1.4),  # 32 KiB and a little, for Chromium
        (Mount(path="/a", format="mp3", bitrate=320), 1.25),  # fifty frames and a little, for FFmpeg
        (Mount(path="/a", format="mp3", bitrate=320, burst=0.5), 0.5),
    ],
)
def test_a_burst_is_what_players_need_or_what_the_mount_says(mount: Mount, seconds: float) -> None:
    assert get_burst_seconds(mount) == seconds
