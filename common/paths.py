"""Where things live inside a station's directory. Knows names only; makes and removes nothing."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bandstand.common.types import SongCode

SONG_FILE: Final = "song.json"
"""In each song's folder: all that its worker said of it (`common.jobs.Done`)."""
SONG_FILES: Final = {
    "audio": "song.flac",
    "score": "score.json",
    "midi": "song.mid",
    "preview": "preview.mp3",
    "roll": "roll.svg",
    "waveform": "waveform.svg",
    "musicxml": "song.musicxml",
    "peaks": "peaks.json",
}
"""Kind -> name of the file in a song's folder, as far as it is there; imports may have their sound under another name,
or elsewhere."""
PARTIAL: Final = ".partial-"
"""Between a song's code and the worker's process id, in the name of the folder in which it is made."""
STEMS: Final = "stems"
"""Folder inside a song's folder: a sound file for each part."""


@dataclass(frozen=True)
class Paths:
    """The layout of one station directory. A process is found by its socket's path, never by its pid."""

    directory: Path
    postgres: str = field(default="", repr=False)
    """The address of the station's database, perhaps with a password; empty of one that is a file."""
    file: Path | None = None
    """The file of the database; None where it is in the directory."""

    @property
    def database(self) -> Path:
        return self.file or self.directory / "bandstand.db"

    @property
    def songs(self) -> Path:
        """One folder for each song, named by its code."""
        return self.directory / "songs"

    def song(self, code: SongCode) -> Path:
        return self.songs / code

    @property
    def recordings(self) -> Path:
        """One folder for each recording of what was on the air, where no other place is configured."""
        return self.directory / "recordings"

    @property
    def spool(self) -> Path:
        """Songs still being made; the files have no names there, so a crash leaves nothing behind."""
        return self.directory / "spool"

    @property
    def errors(self) -> Path:
        """What the programs of failed jobs wrote to standard error."""
        return self.directory / "errors"

    def error(self, code: SongCode) -> Path:
        return self.errors / f"{code}.txt"

    @property
    def logs(self) -> Path:
        return self.directory / "log"

    @property
    def log(self) -> Path:
        """Where `bandstand up` has all processes write to, on a terminal."""
        return self.logs / "bandstand.log"

    @property
    def icecast(self) -> Path:
        """Our own Icecast's configuration, log and pid."""
        return self.directory / "icecast"

    @property
    def standby(self) -> Path:
        """A pre-encoded silence for each mount."""
        return self.directory / "standby"

    @property
    def webroot(self) -> Path:
        """What our own Icecast serves as files, with each mount's last fallback; may be a link."""
        return self.directory / "webroot"

    @property
    def bytecode(self) -> Path:
        """What Python has compiled, where it may not write that beside the modules."""
        return self.directory / "bytecode"

    @property
    def bot_lock(self) -> Path:
        return self.directory / "bot.lock"

    @property
    def bot_socket(self) -> Path:
        """The admin socket that `bandstand ctl` uses."""
        return self.directory / "bot.sock"

    @property
    def farm_socket(self) -> Path:
        """Where workers ask the farm client for a song."""
        return self.directory / "farm.sock"

    @property
    def histories(self) -> Path:
        """What each person typed at a terminal elsewhere."""
        return self.directory / "histories"

    @property
    def ssh_host_key(self) -> Path:
        return self.directory / "ssh_host_key"

    @property
    def streamer_lock(self) -> Path:
        return self.directory / "streamer.lock"

    @property
    def streamer_socket(self) -> Path:
        return self.directory / "streamer.sock"

    @property
    def standby_lock(self) -> Path:
        return self.directory / "standby.lock"

    @property
    def web_key(self) -> Path:
        """Signs the cookies of the page's visitors; nobody else may read it."""
        return self.directory / "web.key"

    @property
    def web_lock(self) -> Path:
        """Held by the web process, which notes its address there."""
        return self.directory / "web.lock"
