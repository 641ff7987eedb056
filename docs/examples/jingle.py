"""A jingle out of pydub's tones: a callable that returns one AudioSegment."""

from random import Random

from pydub import AudioSegment
from pydub.generators import Sine, Square

SCALE = [262, 294, 330, 392, 440, 523]


def song(seed: int, duration: float) -> AudioSegment:
    draw = Random(seed)
    whole = AudioSegment.silent(0, frame_rate=48000)
    while whole.duration_seconds < duration:
        hertz = draw.choice(SCALE)
        note = Square(hertz, sample_rate=48000).to_audio_segment(180, volume=-24)
        bell = Sine(2 * hertz, sample_rate=48000).to_audio_segment(180, volume=-14)
        whole += note.overlay(bell).fade_in(4).fade_out(90)
    return whole[: round(duration * 1000)]
