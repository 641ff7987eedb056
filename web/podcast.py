"""`/podcast.rss`: the public recordings as a podcast that any player subscribes to.

RSS 2.0 (https://www.rssboard.org/rss-specification) with the tags of Apple's directory (itunes) and of the podcast
namespace (https://podcasting2.org/docs/podcast-namespace). A program that knows neither still finds title, sound and
date. What a feed has of an episode depends on nothing but its recording and where the page is found, so that nothing
changes for those who have heard it: its guid is made of the folder's name, which is there for good.

The sound of an episode is its MP3 where there is one, as most programs take that; what else there is stands beside it.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from email.utils import format_datetime
from html import escape
from typing import Any, Final, cast
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec

from bandstand.common.api.recordings import ListRecordings, Recording, RecordingList
from bandstand.common.config import Config
from bandstand.common.recordings import TYPES, SheetFile, SheetTitle
from bandstand.common.text import clock, cut_bytes
from bandstand.web.addresses import find_base_url
from bandstand.web.given import AnyRequest, TheReader, TheSettings
from bandstand.web.words import find_zone

MEDIA_TYPE: Final = "application/rss+xml"
CONTENT_TYPE: Final = f"{MEDIA_TYPE}; charset=utf-8"
NAMESPACES: Final = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "atom": "http://www.w3.org/2005/Atom",
}
GUIDS: Final = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
"""The podcast namespace's, for the feed's own (`podcast:guid`): version 5, of the address without its scheme."""
EPISODES: Final = 200
"""The newest."""
PREFERENCE: Final = ("mp3", "opus", "flac")
COVER: Final = "/static/cover.png"
LONGEST: Final = 3900
"""Bytes of a description: directories take 4,000."""
KEPT: Final = "public, max-age=300"
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no document of XML 1.0 may have, not even escaped."""


@dataclass(frozen=True)
class Channel:
    """What is said of the whole podcast."""

    settings: Config
    base: str
    """The page's address without a slash at the end."""
    zone: tzinfo

    @property
    def url(self) -> str:
        return f"{self.base}/podcast.rss"


def get_page_url(recording: Recording) -> str:
    """Below the page's address."""
    return f"/recordings/{recording.code}"


def get_file_url(recording: Recording, file: SheetFile) -> str:
    return f"{get_page_url(recording)}/{quote(file.name, safe='')}"


def get_chapters_url(recording: Recording) -> str:
    return f"{get_page_url(recording)}/chapters.json"


def list_files(recording: Recording) -> list[SheetFile]:
    """Those that players have most use for first."""
    return sorted(
        (file for file in recording.files if file.format in PREFERENCE), key=lambda file: PREFERENCE.index(file.format)
    )


def list_chapters(recording: Recording) -> list[SheetTitle]:
    """Its songs, without what is between them."""
    return [title for title in recording.titles if not title.is_between]


def name_title(title: SheetTitle) -> str:
    return " - ".join(filter(None, (title.artist, title.title))) or "untitled"


# The feed


def write_feed(recordings: Sequence[Recording], channel: Channel) -> bytes:
    """The whole document."""
    for prefix, address in NAMESPACES.items():
        register_namespace(prefix, address)
    rss = Element("rss", {"version": "2.0"})
    top = SubElement(rss, "channel")
    _describe_channel(top, channel)
    there = [recording for recording in recordings if list_files(recording)]
    if there:
        _add(top, "lastBuildDate", _write_date(max(_get_end(recording) for recording in there)))
    for recording in there:
        _describe_episode(SubElement(top, "item"), recording, channel)
    return bytes(tostring(rss, encoding="utf-8", xml_declaration=True))


def _describe_channel(top: Element, channel: Channel) -> None:
    station, wanted = channel.settings.station, channel.settings.podcast
    title, author = wanted.title or station.name, wanted.author or station.name
    link, image = f"{channel.base}/recordings", wanted.image or f"{channel.base}{COVER}"
    _add(top, "title", title)
    _add(top, "link", link)
    _add(top, "description", cut_bytes(wanted.description or station.description or title, LONGEST))
    _add(top, "language", wanted.language.lower())
    _add(top, "generator", "Bandstand")
    _add(top, "docs", "https://www.rssboard.org/rss-specification")
    _add(top, "ttl", "60")
    _add(top, "atom:link", href=channel.url, rel="self", type=MEDIA_TYPE)
    picture = _add(top, "image")
    for name, text in (("url", image), ("title", title), ("link", link)):
        _add(picture, name, text)
    _add(top, "itunes:author", author)
    _add(top, "itunes:image", href=image)
    _add(top, "itunes:category", text=wanted.category)
    _add(top, "itunes:explicit", _say(wanted.explicit))
    _add(top, "itunes:type", "episodic")
    _add(top, "podcast:guid", str(uuid.uuid5(GUIDS, channel.url.split("://", 1)[1].rstrip("/"))))
    _add(top, "podcast:medium", "podcast")
    if wanted.email:
        _add(top, "managingEditor", f"{wanted.email} ({author})")
        owner = _add(top, "itunes:owner")
        _add(owner, "itunes:name", author)
        _add(owner, "itunes:email", wanted.email)


def _describe_episode(item: Element, recording: Recording, channel: Channel) -> None:
    best, *others = list_files(recording)
    link = channel.base + get_page_url(recording)
    began = datetime.fromtimestamp(recording.began, channel.zone)
    _add(item, "title", f"{recording.name}, {began:%d %B %Y, %H:%M}")
    _add(item, "link", link)
    _add(item, "description", describe(recording))
    _add(item, "enclosure", url=channel.base + get_file_url(recording, best), length=str(best.bytes),
         type=TYPES[best.format])  # fmt: skip
    _add(item, "guid", f"urn:bandstand:recording:{recording.folder}", isPermaLink="false")
    _add(item, "pubDate", _write_date(_get_end(recording)))
    _add(item, "itunes:title", recording.name)
    _add(item, "itunes:duration", str(round(recording.seconds)))
    _add(item, "itunes:explicit", _say(channel.settings.podcast.explicit))
    _add(item, "itunes:episodeType", "full")
    if list_chapters(recording):
        url = channel.base + get_chapters_url(recording)
        _add(item, "podcast:chapters", url=url, type="application/json+chapters")
    for file in others:
        other = _add(item, "podcast:alternateEnclosure", type=TYPES[file.format], length=str(file.bytes),
                     title=file.format.upper())  # fmt: skip
        _add(other, "podcast:source", uri=channel.base + get_file_url(recording, file))


def describe(recording: Recording) -> str:
    """HTML: a line for each song with its time, which players make a link of."""
    lines: list[str] = []
    left = LONGEST
    for title in list_chapters(recording):
        line = escape(clean(f"{clock(title.start)} {name_title(title)}"))
        left -= len(line.encode()) + len("<br>")
        if left < 0:
            lines.append("…")
            break
        lines.append(line)
    return f"<p>{'<br>'.join(lines) or escape(recording.name)}</p>"


def _add(parent: Element, name: str, content: str = "", **attributes: str) -> Element:
    prefix, _, local = name.rpartition(":")
    tag = f"{{{NAMESPACES[prefix]}}}{local}" if prefix else name
    made = SubElement(parent, tag, {key: clean(value) for key, value in attributes.items()})
    if content:
        made.text = clean(content).strip()
    return made


def clean(text: str) -> str:
    """Without what XML cannot have."""
    return _NO_XML.sub("", text)


def _get_end(recording: Recording) -> float:
    return recording.began + recording.seconds


def _write_date(seconds: float) -> str:
    """RFC 2822, as `Fri, 27 Nov 2026 21:00:00 GMT`."""
    return format_datetime(datetime.fromtimestamp(int(seconds), UTC), usegmt=True)


def _say(value: bool) -> str:
    return "true" if value else "false"


@get(
    "/podcast.rss",
    summary="The public recordings as a podcast",
    media_type=MEDIA_TYPE,
    responses={200: ResponseSpec(str, description="RSS 2.0 with itunes and podcast tags.", media_type=MEDIA_TYPE)},
    tags=["recordings"],
)
async def get_feed(request: AnyRequest, settings: TheSettings, reader: TheReader) -> Response[bytes]:
    listed = cast(RecordingList, await reader.read(ListRecordings(limit=EPISODES, is_public=True)))
    channel = Channel(settings, find_base_url(request, settings), find_zone(settings.radio.zone))
    return Response(write_feed(listed.recordings, channel), media_type=CONTENT_TYPE, headers={"cache-control": KEPT})


ROUTES: Final[list[Any]] = [get_feed]
