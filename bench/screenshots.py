"""Makes docs/images/*.png again: the page as a listener sees it, and the terminal as an operator does.

    nice python bench/screenshots.py [--out docs/images]

A station of its own goes on the air in a new folder, three bands make a song each (their seeds are fixed, so that the
pictures stay much the same), and Debian's Chromium looks at the page while one is heard. The terminal is what
`bandstand ctl` says of the same station, which Chromium draws as text. Takes two minutes. Needs playwright (extra
`dev`) and /usr/bin/chromium.

`--icons` draws web/static/icon.svg instead, as those want it who take no SVG: icon-512.png and favicon.ico.
"""

import argparse
import html
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
BANDSTAND: Final = str(Path(sys.executable).parent / "bandstand")
ROOT: Final = Path(__file__).parent.parent
STATIC: Final = ROOT / "web" / "static"
LARGE_ICON: Final = 512
SMALL_ICON: Final = 32
VIEWS: Final = (("wide", 1280, 860), ("middle", 800, 1000), ("narrow", 360, 780))
COLOURS: Final = ("light", "dark")
SONGS: Final = ("small-robots seed=11 minutes=2", "trio-maresol seed=12 minutes=2 queue", "gravel-theory seed=13 queue")
LINES: Final = ("generate slow bossa in Dm, 2 minutes, with flute", "np", "queue", "why")
COLUMNS: Final = 112
PATIENCE: Final = 240
TERMINAL: Final = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 18px 22px; background: #10141a; color: #e6e9ec; display: inline-block; }}
pre {{ margin: 0; font: 15px/1.45 "DejaVu Sans Mono", monospace; }}
.said {{ color: #ffb454; }} .rows {{ color: #c3ccd5; }} .prompt {{ color: #8ec5ff; }}
</style><pre>{text}</pre>"""


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_station(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """`bandstand up`, and the page's address."""
    page = find_port()
    (folder / "bandstand.toml").write_text(
        f"[icecast]\nport = {find_port()}\n[web]\nport = {page}\n[telnet]\nenabled = false\n[station]\nworkers = 1\n"
    )
    with (folder / "log").open("wb") as log:
        station = subprocess.Popen([BANDSTAND, "up"], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    return station, f"http://127.0.0.1:{page}/"


def ask(folder: Path, words: str) -> str:
    """What the station answers; it is asked again until it is there."""
    deadline = time.monotonic() + PATIENCE
    while True:
        command = [BANDSTAND, "ctl", *words.split()]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if ran.returncode == 0 or time.monotonic() > deadline:
            return ran.stdout
        time.sleep(0.5)


def photograph_page(browser: Browser, url: str, out: Path) -> None:
    """At each width, light and dark: one page, which is looked at in different ways."""
    page = browser.new_page(viewport={"width": VIEWS[0][1], "height": VIEWS[0][2]})
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(url, wait_until="domcontentloaded")
    page.wait_for_function("() => document.querySelector('song-roll')?.score?.notes.length > 100")
    for colours in COLOURS:
        page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
        for name, width, height in VIEWS:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(1000)
            page.screenshot(path=out / f"page-{name}-{colours}.png")
    page.close()


def photograph_terminal(browser: Browser, folder: Path, out: Path) -> None:
    """A short session, drawn as text."""
    shown: list[str] = []
    for line in LINES:
        shown.append(f'<span class="prompt">$ bandstand ctl {html.escape(line)}</span>')
        shown += [paint(one) for one in ask(folder, line).splitlines()]
    page = browser.new_page(viewport={"width": 1100, "height": 560})
    page.set_content(TERMINAL.format(text="\n".join(shown)))
    page.locator("body").screenshot(path=out / "terminal.png")
    page.close()


def paint(line: str) -> str:
    """The line, as a terminal breaks it."""
    kind = "said" if line.startswith("ok:") else "rows"
    rows = [line[at : at + COLUMNS] for at in range(0, max(1, len(line)), COLUMNS)]
    return f'<span class="{kind}">{html.escape(chr(10).join(rows))}</span>'


def draw_icons(browser: Browser) -> None:
    """The icon as PNG, and as an ICO file with one PNG in it (https://en.wikipedia.org/wiki/ICO_(file_format))."""
    svg = STATIC.joinpath("icon.svg").read_text("utf-8")
    pictures = {}
    for size in (LARGE_ICON, SMALL_ICON):
        page = browser.new_page(viewport={"width": size, "height": size})
        page.set_content(f"<!doctype html><style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
        pictures[size] = page.screenshot(omit_background=True)
        page.close()
    STATIC.joinpath("icon-512.png").write_bytes(pictures[LARGE_ICON])
    small = pictures[SMALL_ICON]
    head = struct.pack("<HHHBBBBHHII", 0, 1, 1, SMALL_ICON, SMALL_ICON, 0, 0, 1, 32, len(small), 22)
    STATIC.joinpath("favicon.ico").write_bytes(head + small)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--icons", action="store_true", help="draw the icons, and nothing else")
    options = parser.parse_args()
    out: Path = options.out
    if options.icons:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            draw_icons(browser)
            browser.close()
        return
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bs") as name, sync_playwright() as playwright:
        folder = Path(name)
        station, url = start_station(folder)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            for song in SONGS:
                ask(folder, f"generate {song}")
            time.sleep(30)  # until the first chorus is heard, and what follows is made
            photograph_page(browser, url, out)
            photograph_terminal(browser, folder, out)
        finally:
            browser.close()
            station.terminate()
            station.wait()
    for path in sorted(out.glob("*.png")):
        print(f"{path.name}: {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
