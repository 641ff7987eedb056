"""The styles as data: a table from a style's name to its patterns (`composer/style.py` explains them).

Members, tempi and keys of each style are in `common.lineups`, under the same names.
"""

from typing import Final

from bandstand.composer.style import Style
from bandstand.composer.styles.ambient import AMBIENT
from bandstand.composer.styles.ballad import BALLAD
from bandstand.composer.styles.baroque import BAROQUE
from bandstand.composer.styles.bossa import BOSSA
from bandstand.composer.styles.chiptune import CHIPTUNE
from bandstand.composer.styles.folk import FOLK
from bandstand.composer.styles.funk import FUNK
from bandstand.composer.styles.hiphop import HIPHOP
from bandstand.composer.styles.latin import LATIN
from bandstand.composer.styles.pop import POP
from bandstand.composer.styles.reggae import REGGAE
from bandstand.composer.styles.rock import ROCK
from bandstand.composer.styles.swing import SWING
from bandstand.composer.styles.synthwave import SYNTHWAVE
from bandstand.composer.styles.techno import TECHNO
from bandstand.composer.styles.waltz import WALTZ

STYLES: Final[dict[str, Style]] = {
    style.name: style
    for style in (
        *(POP, ROCK, BOSSA, WALTZ, TECHNO, BALLAD, CHIPTUNE, SWING),
        *(REGGAE, FUNK, SYNTHWAVE, LATIN, HIPHOP, FOLK),
        *(AMBIENT, BAROQUE),
    )
}
