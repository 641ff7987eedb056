"""The styles, as data: name -> patterns. Line-ups and tempi are in `common.lineups`, under the same names.

A bar of drums has a character for each step: x accent, o beat, - soft, g ghost, . rest.
"""

from typing import Final

from composer.band import Style
from composer.styles.ballad import BALLAD
from composer.styles.bossa import BOSSA
from composer.styles.chiptune import CHIPTUNE
from composer.styles.pop import POP
from composer.styles.rock import ROCK
from composer.styles.swing import SWING
from composer.styles.techno import TECHNO
from composer.styles.waltz import WALTZ

STYLES: Final[dict[str, Style]] = {
    style.name: style for style in (POP, ROCK, BOSSA, WALTZ, TECHNO, BALLAD, CHIPTUNE, SWING)
}
