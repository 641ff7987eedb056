"""The page's scripts by themselves, in Node: what they do without a browser."""

import os
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from bandstand.streamer.codecs.containers import OggOpus

TESTS = sorted((Path(__file__).parent / "static").glob("*.test.mjs"))
SECONDS = 120
SERIAL, FRAME, PRE_SKIP = 0xFEDCBA98, 960, 312


def make_stream() -> bytes:
    """JSON for the scripts' tests: pages that the streamer's own writer made, and what is in them; bytes in base64."""
    packets = [bytes([0xFC, number % 256]) * (120 + number % 7) for number in range(100)]
    container = OggOpus(SERIAL, FRAME, PRE_SKIP, [("TITLE", "x" * 300)])
    head = container.header()
    stream = head + b"".join(container.pack(packets[at : at + 5]) for at in range(0, len(packets), 5))
    headers = _read_packets(head)
    return msgspec.json.encode(
        {
            "stream": stream,
            "packets": [*headers, *packets],
            "granule": len(packets) * FRAME,
            "serial": SERIAL,
            "preSkip": PRE_SKIP,
        }
    )


def _read_packets(pages: bytes) -> list[bytes]:
    """Of pages with one packet each."""
    found = []
    while pages:
        begin = 27 + pages[26]
        end = begin + sum(pages[27:begin])
        found.append(pages[begin:end])
        pages = pages[end:]
    return found


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_scripts_do_what_they_are_to(tmp_path: Path) -> None:
    pages = tmp_path / "pages.json"
    pages.write_bytes(make_stream())
    ran = subprocess.run(
        ["node", "--test", *map(str, TESTS)],
        env=os.environ | {"BANDSTAND_PAGES": str(pages)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
