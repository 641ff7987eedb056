"""How soon the library answers with many songs in it: `python bench/library.py --help`.

Makes a database of that many songs with titles, artists and facts like the composer's, on disk, and asks it in
transactions as the bot does: searches of every kind, a song by the words of its title, one entry of the programme, a
listener's request.
Prints a table; the budget is 10 ms for 99 in 100. `--database postgresql://...` asks an empty database of
PostgreSQL, which is filled and left as it is. Where that is on this machine, the processor time is that of both.
"""

import argparse
import contextlib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final

from bandstand.bot.station import library, programme, song_requests
from bandstand.bot.station.lifecycle import end_cue
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.rules import Rules
from bandstand.bot.station.scheduling import sort_queue
from bandstand.bot.storage.databases import choose_database
from bandstand.bot.storage.search import make_document
from bandstand.bot.storage.songs import write_columns
from bandstand.bot.storage.transaction import Surroundings, begin
from bandstand.bot.storage.tsvector import make_vector
from bandstand.common.api.asking import RequestSong
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.refusals import Refused
from bandstand.common.api.requests import SearchSongs
from bandstand.common.api.values import EndReason, Song, SongState
from bandstand.common.paths import Paths
from bandstand.common.types import SongCode

GOAL: Final = 0.010
ROUNDS: Final = 300
WRITING: Final = ("one entry of the programme", "request")
MOST_QUEUED: Final = 12
ANN: Final = Requester("ann", Place("console"), Right.OWNER)
ADJECTIVES: Final = [
    "blue",
    "green",
    "little",
    "spare",
    "late",
    "silver",
    "small",
    "broken",
    "quiet",
    "golden",
    "old",
    "second",
    "paper",
    "slow",
    "last",
]
NOUNS: Final = [
    "lantern",
    "road",
    "island",
    "candle",
    "balcony",
    "ladder",
    "bridge",
    "carousel",
    "attic",
    "platform",
    "staircase",
    "map",
    "tide",
    "corner",
]
STYLES: Final = ["pop", "rock", "bossa", "waltz", "techno", "ballad", "chiptune", "swing"]
KEYS: Final = ["C", "G", "D", "Am", "F", "Em", "Dm", "Bb", "Gm"]
CONSONANTS: Final = "bdfgklmnprstvz"
VOWELS: Final = "aeiou"


def draw_name(chance: Random) -> str:
    """A word that few songs have, as imported titles and artists have them."""
    return "".join(chance.choice(CONSONANTS) + chance.choice(VOWELS) for _ in range(chance.randint(2, 4)))


def make_song(number: int, chance: Random) -> Song:
    title = f"{chance.choice(ADJECTIVES)} {chance.choice(NOUNS)} {draw_name(chance)}".title()
    return Song(
        code=SongCode(f"s{number}"),
        title=title,
        artist=f"The {draw_name(chance)} {chance.choice(NOUNS)}s".title(),
        state=SongState.READY,
        generator="import",
        seed=0,
        parameters={"file": f"/music/{number}.flac"},
        album=f"{chance.choice(ADJECTIVES)} {draw_name(chance)}".title(),
        genre=chance.choice(STYLES),
        year=chance.randint(1960, 2019),
        tags=(chance.choice(ADJECTIVES),),
        facts={"style": chance.choice(STYLES), "key": chance.choice(KEYS), "tempo": chance.randint(60, 180)},
        seconds=chance.uniform(90, 300),
        created=float(number),
    )


def fill(database: Any, songs: int, chance: Random) -> list[Song]:
    """Write the songs and their index by plain SQL, many rows at a time; through the repositories it takes an hour."""
    made = [make_song(number, chance) for number in range(songs)]
    documents = [document for song in made if (document := make_document(song)) is not None]
    words = sorted({word for document in documents for word in document.list_words()})
    is_postgres = database.param != "?"
    with database.atomic():
        _insert(
            database, "song", [{"code": song.code, "state": song.state.value, **write_columns(song)} for song in made]
        )
        _insert(database, "document", [{"id": number, **one.filters} for number, one in enumerate(documents, 1)])
        if is_postgres:
            vectors = [{"id": number, "words": make_vector(one.words)} for number, one in enumerate(documents, 1)]
            _insert(database, "document_words", vectors)
        else:
            vectors = [{"rowid": number, **one.words} for number, one in enumerate(documents, 1)]
            _insert(database, "document_words", vectors)
            _insert(database, "word_trigrams", [{"text": word} for word in words])
        _insert(database, "word", [{"text": word} for word in words])
        if is_postgres:
            database.execute_sql(f"SELECT setval(pg_get_serial_sequence('document', 'id'), {len(documents)})")
    database.execute_sql("ANALYZE")
    return made


def _insert(database: Any, table: str, rows: list[dict[str, Any]]) -> None:
    """`form` of a song is a column `form_id`, as every column that leads to another table."""
    columns = {column.name for column in database.get_columns(table)}
    names = [name if name == "rowid" or name in columns else f"{name}_id" for name in rows[0]]
    marks = ", ".join([database.param] * len(names))
    quoted = ", ".join(f'"{name}"' for name in names)
    values = [tuple(row.values()) for row in rows]
    database.connection().cursor().executemany(f'INSERT INTO "{table}" ({quoted}) VALUES ({marks})', values)


def find_server(database: Any) -> Path | None:
    """Where Linux says how long the server's process for this connection had the processor; None: it runs elsewhere."""
    if database.param == "?":
        return None
    (number,) = database.execute_sql("SELECT pg_backend_pid()").fetchone()
    path = Path(f"/proc/{number}/schedstat")
    is_here = path.exists() and b"postgres" in path.with_name("cmdline").read_bytes()
    return path if is_here else None


def measure(
    database: Any, ask: Callable[[Transaction], Any], chance: Random, is_writing: bool, server: Path | None = None
) -> tuple[float, float]:
    """Seconds for one transaction, and of the processor in them: where other programs run, the first has their time."""
    began, worked = time.perf_counter(), _read_work(server)
    surroundings = Surroundings(1e9, chance, Rules())
    refused = contextlib.suppress(Refused)  # an answer as good as another
    with begin(database, surroundings, is_writing=is_writing) as tx, refused:
        ask(tx)
    return time.perf_counter() - began, _read_work(server) - worked


def _read_work(server: Path | None) -> float:
    """Seconds of the processor, of this thread and of the server."""
    return time.thread_time() + (int(server.read_text().split()[0]) / 1e9 if server else 0.0)


def search(query: str) -> Callable[[Transaction], Any]:
    return lambda tx: library.search_songs(SearchSongs(query=query), ANN, tx)


def list_questions(
    database: Any, songs: list[Song], chance: Random
) -> dict[str, Callable[[], Callable[[Transaction], Any]]]:
    """What is asked, by what a person would call it; each is drawn anew every time."""

    def pick() -> Song:
        return chance.choice(songs)

    def mistype(word: str) -> str:
        at = chance.randrange(1, len(word))
        return word[:at] + word[at + 1 :]

    return {
        "a rare word": lambda: search(pick().title.split()[2]),
        "a frequent word": lambda: search(chance.choice(ADJECTIVES)),
        "two frequent words": lambda: search(f"{chance.choice(ADJECTIVES)} {chance.choice(NOUNS)}"),
        "a word and a filter": lambda: search(f"{chance.choice(NOUNS)} style:{chance.choice(STYLES)} tempo:120-130"),
        "a genre and a decade": lambda: search(
            f"genre:{chance.choice(STYLES)} year:{chance.choice(range(196, 202))}0s"
        ),
        "a tag and a word": lambda: search(f"tag:{chance.choice(ADJECTIVES)} {chance.choice(NOUNS)}"),
        "filters alone": lambda: search(f"key:{chance.choice(KEYS)} style:{chance.choice(STYLES)} unplayed"),
        "a typing error": lambda: search(mistype(pick().title.split()[2])),
        "play, by words of the title": lambda: _find(pick().title.lower()),
        "play, ambiguous": lambda: _find(chance.choice(NOUNS)),
        "one entry of the programme": lambda: programme.plan_ahead,
        "request": lambda: _request(database, pick().title.lower(), chance),
    }


def _find(words: str) -> Callable[[Transaction], Any]:
    return lambda tx: library.find_song(tx, words)


def _request(database: Any, words: str, chance: Random) -> Callable[[Transaction], Any]:
    """A request of somebody else each time, with four songs planned and a few requests before it."""
    with begin(database, Surroundings(1e9, chance, Rules()), is_writing=True) as tx:
        queue = sort_queue(tx.queue.list_open())
        for cue in queue if len(queue) > MOST_QUEUED else []:
            end_cue(tx, cue, EndReason.REMOVED, tx.now)
        programme.plan_ahead(tx)
    identity = Identity("irc:libera", mask=f"ann!ann@{chance.random()}.example")
    by = Requester("ann", Place("irc", "libera #radio ann *"), Right.LISTENER, identity)
    return lambda tx: song_requests.request_song(RequestSong(song=words), by, tx)


def measure_size(database: Any, paths: Paths) -> int:
    """Bytes."""
    if not paths.postgres:
        return paths.database.stat().st_size
    return int(database.execute_sql("SELECT pg_database_size(current_database())").fetchone()[0])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--songs", type=int, default=100_000)
    arguments.add_argument("--database", default="", help="postgresql://..., an empty database; else a file of SQLite")
    given = arguments.parse_args()
    chance = Random(1)
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(Path(folder), given.database)
        database: Any = choose_database(paths)
        database.open()
        began = time.perf_counter()
        songs = fill(database, given.songs, chance)
        took = time.perf_counter() - began
        size = measure_size(database, paths)
        print(f"{given.songs} songs written in {took:.0f} s, {size / 2**20:.0f} MiB\n")
        server = find_server(database)
        print("| | median | 99 in 100 | slowest | within 10 ms | processor: median | 99 in 100 |")
        print("|---|---|---|---|---|---|---|")
        for name, draw in list_questions(database, songs, chance).items():
            is_writing = name in WRITING
            both = [measure(database, draw(), chance, is_writing, server) for _ in range(ROUNDS)]
            times, worked = sorted(one for one, _ in both), sorted(one for _, one in both)
            within = sum(one <= GOAL for one in times) / len(times)
            late = int(len(times) * 0.99)
            figures = (statistics.median(times), times[late], times[-1])
            shown = " | ".join(f"{figure * 1000:.1f} ms" for figure in figures)
            own = f"{statistics.median(worked) * 1000:.1f} ms | {worked[late] * 1000:.1f} ms"
            print(f"| {name} | {shown} | {within:.1%} | {own} |")
        database.close()


if __name__ == "__main__":
    main()
