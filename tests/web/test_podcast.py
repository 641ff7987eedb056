"""The podcast's feed, by the rules of those who read it, and what the recordings are told of.

The rules are those of the RSS Advisory Board's specification and of its validator, Apple's requirements for feeds
(https://podcasters.apple.com/support/823-podcast-requirements), PSP-1 of the Podcast Standards Project
(https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification) and the podcast namespace.
"""

import re
import struct
import uuid
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, fromstring

import pytest
from msgspec.structs import replace

from bandstand.common.api.recordings import ListRecordings, Recording, RecordingList
from bandstand.common.recordings import SheetFile, SheetTitle
from bandstand.web.podcast import GUIDS, LONGEST, NAMESPACES, describe
from bandstand.web.static_files import FOLDER
from tests.web.fake_link import FakeLink, make_settings, open_client
from tests.web.page_samples import HOSTILE, make_recording

SITE = "https://radio.example"
DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
                  r"\d\d:\d\d:\d\d GMT")  # fmt: skip
SOUNDS = ("audio/mpeg", "audio/ogg", "audio/flac", "audio/mp4")
ONCE = ("title", "link", "description", "language", "generator", "docs", "ttl", "image", "lastBuildDate",
        "managingEditor", "itunes:author", "itunes:image", "itunes:explicit", "itunes:type", "itunes:owner",
        "podcast:guid", "podcast:medium")  # fmt: skip
NEEDED = ("title", "link", "description", "language", "atom:link", "itunes:image", "itunes:category",
          "itunes:explicit", "itunes:author")  # fmt: skip
NEEDED_OF_ITEM = ("title", "description", "enclosure", "guid", "pubDate", "link", "itunes:duration", "itunes:explicit")


def get_feed(*recordings: Recording, podcast: Any = None, **headers: str) -> Any:
    answer = RecordingList(recordings=recordings, total=len(recordings), is_on=False)
    settings = make_settings(web={"public_url": SITE}, podcast=podcast or {})
    with open_client(FakeLink({ListRecordings: answer}), settings) as client:
        return client.get("/podcast.rss", headers=headers)


def read(*recordings: Recording, podcast: Any = None) -> Element:
    answer = get_feed(*recordings, podcast=podcast)
    assert answer.status_code == 200, answer.text
    channel = fromstring(answer.content).find("channel")
    assert channel is not None
    return channel


def name_tag(tag: str) -> str:
    """`itunes:image`, as a person writes it."""
    for prefix, address in NAMESPACES.items():
        tag = tag.replace(f"{{{address}}}", f"{prefix}:")
    return tag


def find(parent: Element, name: str) -> list[Element]:
    return [child for child in parent if name_tag(child.tag) == name]


def get_text(parent: Element, name: str) -> str:
    return find(parent, name)[0].text or ""


def is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and text.isascii() and " " not in text


def find_faults(channel: Element) -> list[str]:
    """What a validator says."""
    found = [f"channel: no {name}" for name in NEEDED if not find(channel, name)]
    found += [f"channel: {name} twice" for name in ONCE if len(find(channel, name)) > 1]
    items = find(channel, "item")
    for item in items:
        found += [f"item: {len(find(item, name))} of {name}" for name in NEEDED_OF_ITEM if len(find(item, name)) != 1]
        found += [f"item: {name} is empty" for name in ("title", "description", "guid") if not get_text(item, name)]
        found += _find_enclosure_faults(item)
        if not get_text(item, "itunes:duration").isdecimal():
            found.append("item: itunes:duration is no number of seconds")
        if len(get_text(item, "description").encode()) > 4000:
            found.append("item: description beyond 4,000 bytes")
    guids = [get_text(item, "guid") for item in items]
    if len(set(guids)) != len(guids):
        found.append("two items have one guid")
    return found + _find_value_faults(channel)


def _find_enclosure_faults(item: Element) -> list[str]:
    (sound,) = find(item, "enclosure")
    kinds = [sound.get("type"), *(one.get("type") for one in find(item, "podcast:alternateEnclosure"))]
    found = [f"{kind} is no sound" for kind in kinds if kind not in SOUNDS]
    if not (sound.get("length") or "").isdecimal():
        found.append("enclosure: length is no number of bytes")
    return found


def _find_value_faults(channel: Element) -> list[str]:
    found = []
    for element in channel.iter():
        name, text = name_tag(element.tag), element.text or ""
        addresses = [element.get(key) for key in ("href", "url", "uri") if element.get(key) is not None]
        if name in ("link", "url"):
            addresses.append(text)
        found += [f"{name}: {address} is no absolute address" for address in addresses if not is_address(str(address))]
        if name in ("pubDate", "lastBuildDate") and not DATE.fullmatch(text):
            found.append(f"{name}: {text} is no date of RFC 822")
        if name == "itunes:explicit" and text not in ("true", "false"):
            found.append(f"itunes:explicit: {text}")
        if ":" not in name and name.startswith("{"):
            found.append(f"{name} is of an unknown namespace")
        if text != text.strip():
            found.append(f"{name}: blanks around its text")
    return found


def test_the_feed_is_valid() -> None:
    channel = read(make_recording(), make_recording(folder="2027-01-16-0803-aaaaa", code="aaaaa"))
    assert find_faults(channel) == []
    assert get_text(channel, "title") == "Test Radio"
    (own,) = find(channel, "atom:link")
    assert own.attrib == {"href": f"{SITE}/podcast.rss", "rel": "self", "type": "application/rss+xml"}
    assert get_text(channel, "podcast:guid") == str(uuid.uuid5(GUIDS, "radio.example/podcast.rss"))
    image = find(channel, "image")[0]
    assert (get_text(image, "title"), get_text(image, "link")) == ("Test Radio", get_text(channel, "link"))


def test_an_empty_one_is_valid_too() -> None:
    assert find_faults(read()) == []
    assert not find(read(replace(make_recording(), files=())), "item")


def test_an_episode_has_its_sound_chapters_and_times() -> None:
    (item,) = find(read(make_recording()), "item")
    base = f"{SITE}/recordings/8wq2z"
    (sound,) = find(item, "enclosure")
    assert sound.attrib == {"url": f"{base}/2027-01-15-0803-8wq2z.opus", "length": "500", "type": "audio/ogg"}
    (other,) = find(item, "podcast:alternateEnclosure")
    assert (other.get("type"), other[0].get("uri")) == ("audio/flac", f"{base}/2027-01-15-0803-8wq2z.flac")
    (chapters,) = find(item, "podcast:chapters")
    assert chapters.attrib == {"url": f"{base}/chapters.json", "type": "application/json+chapters"}
    assert (get_text(item, "link"), get_text(item, "itunes:duration")) == (base, "3605")
    made = make_recording()
    assert parsedate_to_datetime(get_text(item, "pubDate")).timestamp() == int(made.began + made.seconds)
    assert get_text(item, "description") == "<p>0:00 Blue Lantern - Blue Lantern<br>1:45 Blue Lantern</p>"
    assert find(item, "guid")[0].get("isPermaLink") == "false"


def test_most_players_take_mp3_so_it_goes_first() -> None:
    files = (*make_recording().files, SheetFile("mp3", "a b.mp3", 700))
    (item,) = find(read(replace(make_recording(), files=files)), "item")
    (sound,) = find(item, "enclosure")
    assert sound.attrib == {"url": f"{SITE}/recordings/8wq2z/a%20b.mp3", "length": "700", "type": "audio/mpeg"}


@pytest.mark.parametrize("title", [*HOSTILE, "\x00\x0b\ufffe\udc80 ]]>", "& < > \" '"], ids=range(len(HOSTILE) + 2))
def test_whatever_a_title_says_the_feed_is_valid(title: str) -> None:
    channel = read(make_recording(title or "untitled"), podcast={"description": f"a {title} z"})
    assert find_faults(channel) == []
    assert {name_tag(element.tag) for element in channel.iter()} == {
        name_tag(element.tag) for element in read(make_recording()).iter()
    }


def test_the_operator_says_what_the_podcast_says_of_itself() -> None:
    wanted = {"title": "Robots & co", "author": "Ann", "email": "ann@radio.example", "language": "pt-BR",
              "category": "Society & Culture", "image": "https://radio.example/a.jpg", "explicit": True}  # fmt: skip
    channel = read(make_recording(), podcast=wanted)
    assert find_faults(channel) == []
    assert get_text(channel, "title") == "Robots & co" and get_text(channel, "language") == "pt-br"
    assert find(channel, "itunes:category")[0].get("text") == "Society & Culture"
    assert find(channel, "itunes:image")[0].get("href") == "https://radio.example/a.jpg"
    assert get_text(channel, "managingEditor") == "ann@radio.example (Ann)"
    assert get_text(find(channel, "itunes:owner")[0], "itunes:email") == "ann@radio.example"
    assert get_text(channel, "itunes:explicit") == "true"


def test_a_long_show_has_as_many_titles_as_there_is_room_for() -> None:
    titles = tuple(SheetTitle("é" * 60, "A & B", "", float(at), 0.0) for at in range(0, 36_000, 60))
    text = describe(replace(make_recording(), titles=titles))
    assert len(text.encode()) < LONGEST + 100 and text.endswith("<br>…</p>")


def test_who_has_the_feed_already_is_not_sent_it_again() -> None:
    first = get_feed(make_recording())
    assert first.headers["content-type"] == "application/rss+xml; charset=utf-8"
    again = get_feed(make_recording(), **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert get_feed(**{"if-none-match": first.headers["etag"]}).status_code == 200


def test_the_stations_own_cover_is_one_that_directories_take() -> None:
    """PNG, square, 1,400 to 3,000 pixels, without a transparent background, and small."""
    data = (FOLDER / "cover.png").read_bytes()
    width, height, depth, colours, *_ = struct.unpack(">II5B", data[16:29])
    assert data.startswith(b"\x89PNG") and width == height and 1400 <= width <= 3000
    assert (depth, colours in (2, 3)) == (8, True) and len(data) < 512_000
