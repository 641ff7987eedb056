"""`bandstand compose`: makes songs into files, one or many. Knows its command line alone."""

import argparse
import secrets
from pathlib import Path

from bandstand.common import config, song_parameters
from bandstand.common.errors import ComposeError
from bandstand.common.jobs import Value
from bandstand.common.lineups import STYLES
from bandstand.composer import batch, offline
from bandstand.composer.compose import BANDS


def compose(arguments: list[str]) -> int:
    """Run `bandstand compose`: write a song to a file, or many songs to a folder. Raises BandstandError."""
    parser = argparse.ArgumentParser(prog="bandstand compose", description="make songs into files, without a station")
    parser.add_argument("--band", help=f"one of {', '.join(BANDS)}")
    parser.add_argument("--seed", type=int, help="the same seed makes the same song")
    parser.add_argument("--key", help="such as C, F#m or Bb")
    parser.add_argument("--tempo", help="beats a minute")
    parser.add_argument("--minutes", help="about how long")
    parser.add_argument("--seconds", help="exactly how long, with the last chord's decay")
    parser.add_argument("--mode", help="major or minor, where there is no key")
    parser.add_argument("--energy", help="from 0, quiet and sparse, to 1, loud and busy")
    parser.add_argument("--with", help="instruments that are to play, with commas between them")
    parser.add_argument("--without", help="instruments that are not to play")
    parser.add_argument("--out", type=Path, help="the file: flac, mp3, ogg, wav or mid; a folder for many")
    parser.add_argument("--count", type=int, help="number of songs to make, on all cores or the farm")
    parser.add_argument(
        "--jobs", type=int, help="songs to make at once; one for each core without it, or as many as the farm makes"
    )
    parser.add_argument(
        "--styles", default="", help=f"some of {','.join(STYLES)}: one song of each, or --count in turn"
    )
    parser.add_argument("--format", help=f"the kind of file, {offline.USUAL} without it")
    parser.add_argument("--config", metavar="FILE", help="the configuration file")
    options = parser.parse_args(arguments)
    settings = config.load(config.find(options.config))
    parameters: dict[str, Value] = {
        name: value for name in song_parameters.KNOWN if (value := getattr(options, name)) is not None
    }
    bands = batch.find_bands(options.band, options.styles)
    if options.count is not None or len(bands) > 1:
        return batch.run_batch(options, bands, parameters, settings)
    kind = options.format or offline.USUAL
    out: Path = options.out or Path(f"song.{kind}")
    if options.format and out.suffix.lower() != f".{kind}":
        raise ComposeError(f"--format: {kind} is not how the name {out} ends; leave one of the two out")
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    order = offline.SongOrder(next(iter(bands.values()), next(iter(BANDS))), seed, parameters)
    print(offline.write_song(order, out, settings))
    return 0
