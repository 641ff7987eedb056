"""Speech for idents: the station's name, spoken by espeak-ng, or by Piper where the voice is one of its models.

Both are programs that write a WAV; they need not be there. Knows nothing of music.
"""

import subprocess
import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from bandstand.common.errors import Missing, NotAudio
from bandstand.common.sound.decode import decode_path
from bandstand.common.types import RATE
from bandstand.composer.audio import Block

LONGEST_TEXT: Final = 80
"""Characters that are spoken."""
TIMEOUT: Final = 20.0
"""Seconds; a name takes a tenth of one."""
QUIET: Final = 0.004
"""Samples below this, at either end, are no speech: -48 dBFS."""
SPEED: Final = "150"
"""Words a minute."""


def say(text: str, voice: str) -> Block:
    """Speak `text` with this voice: of espeak-ng (`en`, `de+f3`), or a Piper model (a path that ends in `.onnx`).

    Returns what is heard of it, without silence at the ends. Raises Missing where there is no such program or voice.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        command, words = make_command(voice, path), text[:LONGEST_TEXT]
        try:
            subprocess.run(command, input=words.encode(), capture_output=True, timeout=TIMEOUT, check=True)
            sound = np.concatenate(list(decode_path(path)))
        except FileNotFoundError:
            raise Missing(f"{command[0]} is not installed") from None
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip().splitlines()
            raise Missing(f"{command[0]} cannot speak with the voice {voice}: {(said or ['?'])[-1][:200]}") from None
        except (subprocess.TimeoutExpired, OSError, NotAudio, ValueError) as error:
            raise Missing(f"{command[0]} said nothing: {error}") from None
    return trim(sound)


def make_command(voice: str, path: Path) -> list[str]:
    """The program that reads a text from standard input and speaks it into `path`."""
    if voice.endswith(".onnx"):
        return ["piper", "--model", voice, "--output_file", str(path)]
    return ["espeak-ng", "-v", voice, "-s", SPEED, "-w", str(path), "--stdin"]


def trim(sound: Block) -> Block:
    """Leave out the silence at both ends, with a fade of 5 ms against clicks. Raises Missing if it is all silence."""
    loud = np.flatnonzero(np.abs(sound).max(axis=1) > QUIET)
    if not len(loud):
        raise Missing("the voice is silent")
    speech: Block = sound[loud[0] : loud[-1] + 1].copy()
    fade = min(len(speech) // 2, round(0.005 * RATE))
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)[:, None]
    speech[:fade] *= ramp
    speech[len(speech) - fade :] *= ramp[::-1]
    return speech
