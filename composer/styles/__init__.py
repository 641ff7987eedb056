"""The styles as data: a table from a style's name to its patterns (`composer/style.py` explains them).

Members, tempi and keys of each style are in `common.lineups`, under the same names.
"""

from typing import Final

from composer.style import Style
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
