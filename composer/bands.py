"""The band that plays where a job names none: the station's oldest."""

from typing import Final

from common.bands import Band
from common.lineups import HOUSE

ROBOTS: Final = HOUSE["small-robots"]
BANDS: Final[dict[str, Band]] = {"band": ROBOTS, **HOUSE}
"""The word that names a band in a job that does not bring its own."""
