"""What visitors ask for: requests, wishes, votes, favourites; and the commands of those who run the station.

Each is a request to the bot's core, for which the visitor's identity is vouched (`web.people`); rights, limits and
quotas are the core's, and nothing is checked twice here. Bodies are JSON or forms, and answers in the same manner
(`web.bodies`).
"""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from litestar import delete, get, post
from litestar.datastructures import CacheControlHeader
from litestar.params import FromPath, PathParameter

from bandstand.common.api import requests
from bandstand.common.api.requests import Request as StationRequest
from bandstand.common.api.results import Favourites
from bandstand.common.api.visiting import VisitRequest
from bandstand.web.bodies import Answer, Done, answer, describe_body, read_body, read_values
from bandstand.web.bot_link import Link
from bandstand.web.given import AnyRequest, TheLink, TheVisitor
from bandstand.web.people import Visitor
from bandstand.web.problems import Trouble
from bandstand.web.safety import is_form

Words = Annotated[str, msgspec.Meta(max_length=2000)]
Value = Annotated[float, msgspec.Meta(ge=-1, le=1)]
CueNumber = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
CuePath = Annotated[int, PathParameter(ge=0, le=2**53, description="Its number in the queue.")]
Frame = Annotated[int, msgspec.Meta(ge=0, le=2**40)]


class AskSong(msgspec.Struct, frozen=True):
    """Have a song of the library played in its turn."""

    song: Words
    """A code, or words of the title."""


class AskCue(msgspec.Struct, frozen=True):
    """An entry of the queue."""

    cue: CueNumber


class AskWish(msgspec.Struct, frozen=True):
    """Have a song composed as these words describe it."""

    words: Words


class AskRating(msgspec.Struct, frozen=True):
    """How you like what you hear, from -1 to 1; with song and frame, where the player knows them."""

    value: Value
    song: Words = ""
    frame: Frame | None = None


class AskBookmark(msgspec.Struct, frozen=True):
    """Note the place that is heard, or the one that is named."""

    note: Words = ""
    song: Words = ""
    frame: Frame | None = None


class AskFavourite(msgspec.Struct, frozen=True):
    """A song; without one, what is on the air."""

    song: Words = ""


class AskSkip(msgspec.Struct, frozen=True):
    """Vote for skipping what is on the air, if it is this cue."""

    cue: CueNumber | None = None


class AskDj(msgspec.Struct, frozen=True):
    """Write to the DJ who is on the air."""

    text: Words


class AskVote(msgspec.Struct, frozen=True):
    """Which song of the comparison is better: `x` or `y`."""

    choice: Literal["x", "y", "X", "Y"]


PRIVATE: Final = CacheControlHeader(no_store=True)


async def carry_out(link: Link, request: StationRequest, visitor: Visitor, otherwise: str = "done") -> Done:
    """Ask the bot. `otherwise`: the sentence where it has none for this."""
    result, said = await link.carry_out_told(request, visitor.by())
    return Done(sentence=said or otherwise, result=result)


def _make_handler(path: str, kind: type[Any], make: Callable[[Any], StationRequest], status: int, summary: str) -> Any:
    """A handler of POST that reads a body of this kind and asks for what `make` makes of it."""

    @post(
        path,
        name=f"ask{path.replace('/', '_')}",
        status_code=status,
        operation_class=describe_body(kind),
        summary=summary,
        operation_id=f"ask{path.removeprefix('/api').replace('/', '_')}",
        tags=["taking part"],
    )
    async def ask(request: AnyRequest, link: TheLink, visitor: TheVisitor) -> Answer:
        async def act() -> Done:
            return await carry_out(link, make(await read_body(request, kind)), visitor)

        return await answer(request, visitor, act, status)

    return ask


def make_rating(body: AskRating) -> StationRequest:
    """A song without a frame is what the page showed, not what was heard: then the station's estimate is better."""
    if body.frame is None:
        return requests.Rate(value=body.value)
    return requests.Rate(value=body.value, song=body.song, frame=body.frame)


def make_bookmark(body: AskBookmark) -> StationRequest:
    if body.frame is None:
        return requests.AddBookmark(note=body.note)
    return requests.AddBookmark(note=body.note, song=body.song, frame=body.frame)


POSTS: Final = (
    _make_handler("/api/requests", AskSong, lambda body: requests.RequestSong(song=body.song), 201, "Request a song"),
    _make_handler(
        "/api/requests/remove", AskCue, lambda body: requests.RemoveFromQueue(cue=body.cue), 200, "Take a request back"
    ),
    _make_handler("/api/wishes", AskWish, lambda body: requests.Wish(words=body.words), 201, "Wish for a song"),
    _make_handler(
        "/api/wishes/read",
        AskWish,
        lambda body: requests.ReadWish(words=body.words),
        200,
        "What a wish would be understood as",
    ),
    _make_handler(
        "/api/wishes/alike",
        AskSong,
        lambda body: requests.WishAlike(song=body.song),
        201,
        "Wish for another song like this one",
    ),
    _make_handler("/api/ratings", AskRating, make_rating, 201, "Rate what you hear"),
    _make_handler("/api/bookmarks", AskBookmark, make_bookmark, 201, "Note a place"),
    _make_handler(
        "/api/favourites", AskFavourite, lambda body: requests.AddFavourite(song=body.song), 201, "Keep a favourite"
    ),
    _make_handler(
        "/api/favourites/remove",
        AskFavourite,
        lambda body: requests.RemoveFavourite(song=body.song),
        200,
        "Take a favourite away",
    ),
    _make_handler("/api/voteskip", AskSkip, lambda body: requests.VoteSkip(cue=body.cue), 200, "Vote for skipping"),
    _make_handler(
        "/api/messages", AskDj, lambda body: requests.TellDj(text=body.text), 201, "Write to the DJ on the air"
    ),
    _make_handler("/api/votes", AskVote, lambda body: requests.Vote(choice=body.choice), 200, "Vote in a comparison"),
)


@get("/api/favourites", summary="Your favourites", tags=["taking part"], cache_control=PRIVATE)
async def list_favourites(link: TheLink, visitor: TheVisitor) -> Favourites:
    found = await link.carry_out(requests.ListFavourites(), visitor.by())
    assert isinstance(found, Favourites)
    return found


@delete("/api/favourites/{song:str}", status_code=200, summary="Take a favourite away", tags=["taking part"])
async def remove_favourite(link: TheLink, visitor: TheVisitor, song: FromPath[str]) -> Done:
    return await carry_out(link, requests.RemoveFavourite(song=song), visitor)


@delete("/api/requests/{cue:int}", status_code=200, summary="Take a request back", tags=["taking part"])
async def remove_request(link: TheLink, visitor: TheVisitor, cue: CuePath) -> Done:
    return await carry_out(link, requests.RemoveFromQueue(cue=cue), visitor)


# Whatever else the station can be asked

NOT_HERE: Final = (requests.PlayPipe, *get_args(VisitRequest))
"""These have a way of their own, or none from here."""


class Command(msgspec.Struct, frozen=True):
    """Any request of docs/api.md, as an object with its name as `request` and its fields beside it. In a form the
    parameters of a song are `parameters.NAME`, and `REQUEST.FIELD` is a field of that request only, where several
    buttons of one form name different ones."""

    request: Annotated[str, msgspec.Meta(max_length=40)]


@post(
    "/api/commands",
    status_code=200,
    operation_class=describe_body(Command),
    summary="Any request of docs/api.md, for those who have the right",
    tags=["running the station"],
)
async def carry_out_command(request: AnyRequest, link: TheLink, visitor: TheVisitor) -> Answer:
    async def act() -> Done:
        command = await read_command(request)
        if isinstance(command, NOT_HERE):
            raise Trouble(400, "that cannot be asked for in this way")
        return await carry_out(link, command, visitor)

    return await answer(request, visitor, act)


async def read_command(request: AnyRequest) -> StationRequest:
    """The request that was sent. Raises Trouble."""
    values = await read_values(request)
    if is_form(request):
        values = gather_fields(values)
    try:
        found: StationRequest = msgspec.convert(values, StationRequest, strict=not is_form(request))
    except msgspec.ValidationError as error:
        raise Trouble(400, f"what was sent is none of the station's requests: {error}") from None
    return found


def gather_fields(values: dict[str, str]) -> dict[str, Any]:
    """`parameters.tempo=120` of a form as `{"parameters": {"tempo": "120"}}`; of `generate.seed` the field `seed` where
    the request is `generate`, and else nothing."""
    named = values.get("request", "")
    fields: dict[str, Any] = {}
    parameters = {}
    for name, value in values.items():
        whose, dot, field = name.partition(".")
        if whose == "parameters" and dot:
            parameters[field] = value
        elif not dot or whose == named:
            fields[field or name] = value
    return {**fields, "parameters": parameters} if parameters else fields


ROUTES: Final = [*POSTS, list_favourites, remove_favourite, remove_request, carry_out_command]
