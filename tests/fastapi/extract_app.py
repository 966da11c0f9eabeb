"""Answers what it was sent: the FastAPI side of tests/suite/extract.rs.

Same routes and same names as in tests/suite/extract/app.rs.

    uvicorn extract_app:app --app-dir tests/fastapi
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import extract_around
import extract_constraints
import extract_own_tests
import extract_types
import extract_unions
from fastapi import Body, Cookie, FastAPI, Header, Path, Query
from pydantic import BaseModel, Field

app = FastAPI()
app.include_router(extract_types.router)
app.include_router(extract_constraints.router)
app.include_router(extract_unions.router)
app.include_router(extract_own_tests.router)
app.include_router(extract_around.router)
app.mount("/cors", extract_around.cors)


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


Byte = Annotated[int, Field(ge=0, le=255)]  # u8


class Scalars(BaseModel):
    item_id: int
    byte: Byte
    fraction: float
    truth: bool
    text: str
    colour: Colour
    maybe: int | None = None
    standard: int = 7


class Point(BaseModel):
    x: float
    y: float = 0.0


class Drawing(BaseModel):
    name: str
    points: list[Point]
    labels: dict[str, int]
    pair: tuple[int, str]
    anything: Any
    centre: Point | None = None
    inner: "Drawing | None" = None


@app.get("/path/{item_id}/{byte}/{fraction}/{truth}/{text}/{colour}")
async def path(
    item_id: int, byte: Byte, fraction: float, truth: bool, text: str, colour: Colour
) -> Any:
    return locals()


def scalars_from(source: Callable[[], Any]) -> Callable[..., Any]:
    """A handler that takes `Scalars` one by one from the query, headers or cookies."""

    async def handler(
        item_id: Annotated[int, source()],
        byte: Annotated[Byte, source()],
        fraction: Annotated[float, source()],
        truth: Annotated[bool, source()],
        text: Annotated[str, source()],
        colour: Annotated[Colour, source()],
        maybe: Annotated[int | None, source()] = None,
        standard: Annotated[int, source()] = 7,
    ) -> Any:
        return locals()

    return handler


app.get("/query")(scalars_from(Query))
app.get("/header")(scalars_from(Header))
app.get("/cookie")(scalars_from(Cookie))


@app.post("/body")
async def body(scalars: Scalars) -> Any:
    return scalars


@app.post("/drawing")
async def drawing(drawing: Drawing) -> Any:
    return drawing


@app.post("/numbers")
async def numbers(numbers: list[int]) -> Any:
    return numbers


@app.post("/maybe")
async def maybe(point: Point | None = None):  # no return type: a 500 for inf and nan
    return point


@app.post("/several/{item_id}")
async def several(
    item_id: Annotated[int, Path()],
    numbers: Annotated[list[int], Query()],
    x_token: Annotated[str, Header()],
    session: Annotated[bool, Cookie()],
    point: Annotated[Point, Body()],
    skip: Annotated[int, Query()] = 0,
    x_ids: Annotated[list[int], Header()] = [],
) -> Any:
    return locals()
