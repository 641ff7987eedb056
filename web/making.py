"""`/api/generators` and `/api/jobs`: what makes songs, and the songs that are being made."""

from typing import Annotated, cast

from litestar import get
from litestar.params import PathParameter, QueryParameter

from bandstand.common.api.requests import DescribeGenerator, ListGenerators, ListJobs
from bandstand.common.api.results import GeneratorDetails, Generators, Jobs
from bandstand.web.given import TheReader


@get("/api/generators", summary="The users' generators", tags=["making"])
async def list_generators(reader: TheReader) -> Generators:
    return cast(Generators, await reader.read(ListGenerators()))


@get("/api/generators/{name:str}", summary="What may be asked of a generator, or of a band", tags=["making"])
async def get_generator(
    reader: TheReader, name: Annotated[str, PathParameter(max_length=200, description="Of a generator or a band.")]
) -> GeneratorDetails:
    return cast(GeneratorDetails, await reader.read(DescribeGenerator(name=name)))


@get("/api/jobs", summary="Songs being made, and how the last ones went", tags=["making"])
async def list_jobs(reader: TheReader, limit: Annotated[int, QueryParameter(ge=1, le=500)] = 15) -> Jobs:
    return cast(Jobs, await reader.read(ListJobs(limit=limit)))


ROUTES = [list_generators, get_generator, list_jobs]
