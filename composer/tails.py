"""Ends FluidSynth's voices when they can no longer be heard.

A note dies away after its end, and a stroke on a drum by itself. FluidSynth goes on computing both until they are 90 dB
below full scale, which takes pads and cymbals twice as long as anybody hears them: most of the voices that sound at a
time, and so most of what a song costs, were of this kind. How long each program and each drum can be heard is measured
once for a soundfont (`FontLevels.releases` and `rings`). After that time a note's voices are muted, which FluidSynth
does within 64 frames, and ended; after `MASKED` of it where its part has just played on, and covers it.

Voices are ended at multiples of `PACE` frames by the song's own time, so the sound does not depend on how it is cut
into blocks. FluidSynth numbers notes in the order in which they begin; voices whose key or channel is not that of the
note are left alone, so that another way of counting would cost time and nothing else.
"""

import heapq
from collections.abc import Callable
from ctypes import c_float, c_int, c_void_p
from typing import Any, Final, NamedTuple

from bandstand.common.types import RATE
from bandstand.composer.score import Part
from bandstand.composer.soundfont_levels import FontLevels, find_rings

PACE: Final = 2400
"""Frames between two moments at which voices are ended: 50 ms; a block is a multiple of it."""
SHORTEST: Final = 0.15
"""Seconds of dying away from which on it pays to end voices."""
MASKED: Final = 2 / 3
"""Share of the time for which a note can be heard by itself: 27 of 40 dB."""
COVERS: Final = RATE
"""Frames for which a note that begins covers those that are dying away."""
MUTED: Final = 3600.0
"""FluidSynth's initial attenuation of a voice that is silent; it counts 0.04 dB."""
AT_ONCE: Final = -12_000.0
"""The shortest release, in FluidSynth's timecents."""
ATTENUATION, RELEASE = 48, 38
"""FluidSynth's numbers of the generators."""
MOST_VOICES: Final = 32
"""Voices of one note."""

_Voices = c_void_p * MOST_VOICES


class Fading(NamedTuple):
    """A note whose voices are being ended. As tuples they are in the order in which they are looked at."""

    frame: int
    """When they are due."""
    note: int
    """FluidSynth's number."""
    place: int
    """Its channel."""
    key: int
    ended: int
    """The frame at which the note ended."""
    last: int
    """The frame until which it can be heard by itself."""
    is_muted: bool = False


class Tails:
    """Follows the notes of one song. `library` is FluidSynth's, `synth` the address of its instance."""

    def __init__(self, library: Any, synth: int, levels: FontLevels) -> None:
        self._synth, self._levels = synth, levels
        self._find = _declare(library.fluid_synth_get_voicelist, c_int, c_void_p, _Voices, c_int, c_int)
        self._get_key = _declare(library.fluid_voice_get_key, c_int, c_void_p)
        self._get_channel = _declare(library.fluid_voice_get_channel, c_int, c_void_p)
        self._set = _declare(library.fluid_voice_gen_set, None, c_void_p, c_int, c_float)
        self._update = _declare(library.fluid_voice_update_param, None, c_void_p, c_int)
        self._count = _declare(library.fluid_synth_get_active_voice_count, c_int, c_void_p)
        self._voices = _Voices()
        self._begun = 0
        """Notes so far."""
        self._sounding: dict[tuple[int, int], tuple[int, int]] = {}
        """(channel, key) -> (number, first frame)."""
        self._latest: dict[int, int] = {}
        """Channel -> the frame at which its last note so far began."""
        self._fading: list[Fading] = []
        self._releases: dict[int, int] = {}
        """Channel -> frames for which a note can be heard after its end; none where it dies away soon."""
        self._rings: dict[int, tuple[int, ...]] = {}
        """Channel of a kit -> frames for which a stroke can be heard, for each key."""

    def add_part(self, place: int, part: Part) -> None:
        """A part plays on this channel of FluidSynth."""
        if part.voice == "drums":
            self._rings[place] = tuple(round(seconds * RATE) for seconds in find_rings(self._levels, part.program))
        elif self._levels.releases[part.program] >= SHORTEST:
            self._releases[place] = round(self._levels.releases[part.program] * RATE)

    def begin_note(self, frame: int, place: int, key: int) -> None:
        """FluidSynth has begun a note. It lets go of one that sounds on this key."""
        self.end_note(frame, place, key)
        self._sounding[place, key] = self._begun, frame
        self._latest[place] = frame
        self._begun += 1

    def end_note(self, frame: int, place: int, key: int) -> None:
        """FluidSynth has ended a note, or there is none on this key."""
        note = self._sounding.pop((place, key), None)
        if note is None:
            return
        number, begun = note
        if place in self._rings:
            last = first = _round_up(max(frame, begun + self._rings[place][key]))
        elif place in self._releases:
            first = _round_up(frame + round(self._releases[place] * MASKED))
            last = _round_up(frame + self._releases[place])
        else:
            return
        heapq.heappush(self._fading, Fading(first, number, place, key, frame, last))

    def find_next(self, end: int) -> int:
        """The frame at which the next voices are due, or `end`, if that is earlier."""
        return min(self._fading[0].frame, end) if self._fading else end

    def end_voices(self, frame: int) -> None:
        """Mute the voices that are due at this frame; end those that have been muted."""
        fading, is_changed = self._fading, False
        while fading and fading[0].frame <= frame:
            note = heapq.heappop(fading)
            covered_from = max(note.ended - PACE, frame - COVERS)
            if frame < note.last and self._latest[note.place] < covered_from:
                heapq.heappush(fading, note._replace(frame=note.last))  # nothing covers it
                continue
            generator, value = (RELEASE, AT_ONCE) if note.is_muted else (ATTENUATION, MUTED)
            voices = self._find_voices(note)
            for voice in voices:
                self._set(voice, generator, value)
                self._update(voice, generator)
            if voices:
                is_changed = True
                if not note.is_muted:
                    heapq.heappush(fading, note._replace(frame=frame + PACE, last=frame, is_muted=True))
        if is_changed:
            self._count(self._synth)  # any call makes it take note of what was changed

    def _find_voices(self, note: Fading) -> list[int]:
        """The addresses of the voices that a note still has; those of one note have one key."""
        self._find(self._synth, self._voices, MOST_VOICES, note.note)
        voices: list[int] = []
        for voice in self._voices:
            if not voice:
                break
            voices.append(voice)
        if voices and (self._get_key(voices[0]), self._get_channel(voices[0])) != (note.key, note.place):
            return []
        return voices


def _round_up(frame: int) -> int:
    return -(-frame // PACE) * PACE


def _declare(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A function of FluidSynth with its types, without which ctypes would cut addresses to 32 bits."""
    function.restype, function.argtypes = result, arguments
    return function  # type: ignore[no-any-return]
