"""`/api/bands`: the station's bands, who plays in them, and the forms that they have had."""

from typing import Annotated, cast

from litestar import get
from litestar.params import PathParameter

from bandstand.common.api.requests import GetBand, GetFamily, ListBands
from bandstand.common.api.results import BandDetails, Bands, Family
from bandstand.web.given import TheReader

BandName = Annotated[str, PathParameter(max_length=200, description="Its name, or its slug, such as `small-robots`.")]


@get("/api/bands", summary="The bands", tags=["bands"])
async def list_bands(reader: TheReader) -> Bands:
    return cast(Bands, await reader.read(ListBands()))


@get("/api/bands/{band:str}", summary="A band: who plays, and how", tags=["bands"])
async def get_band(reader: TheReader, band: BandName) -> BandDetails:
    return cast(BandDetails, await reader.read(GetBand(band=band)))


@get("/api/bands/{band:str}/family", summary="The forms that a band has had", tags=["bands"])
async def get_family(reader: TheReader, band: BandName) -> Family:
    return cast(Family, await reader.read(GetFamily(band=band)))


ROUTES = [list_bands, get_band, get_family]
