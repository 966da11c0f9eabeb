"""Bounds, lengths, patterns and rules: the FastAPI side of tests/suite/extract/constraints.rs."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Header, Path, Query
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    Secret,
    model_validator,
)
from pydantic_core import PydanticCustomError

router = APIRouter(prefix="/constraints")

Short = Annotated[str, Field(min_length=1, max_length=3)]


class Numbers(BaseModel):
    least: Annotated[int, Field(ge=1, validation_alias=AliasChoices("least", "at_least"))]
    between: Annotated[int, Field(gt=-5, lt=5)]
    tens: Annotated[int, Field(multiple_of=10, le=100)]
    positive: Annotated[float, Field(gt=0)]
    ratio: Annotated[float, Field(ge=0.5, le=1.5)]
    steps: Annotated[float, Field(multiple_of=0.25, lt=1e20)] = 0.25
    maybe: Annotated[int, Field(ge=0, le=9)] | None = None
    money: Annotated[Decimal, Field(ge=0.1, le=100, multiple_of=0.25)] | None = None


class Texts(BaseModel):
    short: Annotated[str, Field(max_length=3)]
    name: Annotated[str, Field(min_length=3, max_length=5, pattern="^[a-z1-9]+$")]
    code: Annotated[str, Field(pattern="[0-9]{2}")] = "00"
    secret: Secret[Annotated[str, Field(min_length=1, max_length=2)]] | None = None


class Lists(BaseModel):
    items: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=2)]
    names: Annotated[set[int], Field(min_length=1, max_length=3)] = {1}
    labels: dict[str, Annotated[float, Field(lt=2)]] = {}
    shorts: list[list[Short]] = []


class Tree(BaseModel):
    numbers: Numbers
    texts: list[Texts]
    lists: Lists | None = None
    inner: "Tree | None" = None


class OrderBy(StrEnum):
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


class Filter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(gt=0, le=100)] = 100
    offset: Annotated[int, Field(ge=0)] = 0
    order_by: OrderBy = OrderBy.CREATED_AT
    tags: Annotated[list[Short], Field(max_length=2)] = []


class Span(BaseModel):
    start: Annotated[int, Field(ge=0)]
    end: int

    @model_validator(mode="after")
    def is_in_order(self) -> "Span":
        if self.start > self.end:
            raise ValueError("start is after end")
        if self.start == self.end:
            ctx = {"start": self.start}
            raise PydanticCustomError("empty_span", "Nothing lies between", ctx)
        return self


def without_blanks(name: str) -> str:
    if " " in name:
        raise ValueError("must not have blanks")
    return name


Name = Annotated[str, AfterValidator(without_blanks)]


class User(BaseModel):
    name: Name
    nick: Name | None = None
    ids: list[Annotated[int, Field(le=5)]] = []
    aliases: list[Name] = []
    size: Annotated[int, Field(ge=1)]


@router.get("/path/{item_id}/{size}/{name}")
async def path(
    item_id: Annotated[int, Path(ge=1, le=1000)],
    size: Annotated[float, Path(gt=0, lt=10.5)],
    name: Annotated[str, Path(max_length=3)],
) -> Any:
    return locals()


@router.get("/query")
async def query(
    item_id: Annotated[int, Query(ge=1)],
    q: Annotated[str | None, Query(min_length=3, max_length=5, pattern="^[0-9.]+$")] = None,
    ids: Annotated[list[Annotated[int, Field(le=5)]], Query(min_length=1, max_length=2)] = [1],
    size: Annotated[float, Query(multiple_of=0.5)] = 0.5,
) -> Any:
    return locals()


@router.get("/header")
async def header(
    x_id: Annotated[int, Header(ge=1)],
    x_name: Annotated[str | None, Header(min_length=3, max_length=5)] = None,
) -> Any:
    return locals()


@router.get("/cookie")
async def cookie(
    session_id: Annotated[int, Cookie(ge=1)],
    name: Annotated[str | None, Cookie(min_length=3, max_length=5)] = None,
) -> Any:
    return locals()


@router.get("/filter")
async def filtered(filter_query: Annotated[Filter, Query()]) -> Any:
    return filter_query


@router.post("/numbers")
async def numbers(numbers: Numbers) -> Any:
    return numbers


@router.post("/texts")
async def texts(texts: Texts) -> Any:
    return texts.model_dump(exclude={"secret"})


@router.post("/lists")
async def lists(lists: Lists) -> Any:
    return lists.model_dump() | {"names": sorted(lists.names)}


@router.post("/tree")
async def tree(tree: Tree) -> Any:
    return None


@router.post("/spans")
async def spans(spans: list[Span]) -> Any:
    return spans


@router.post("/users")
async def users(users: list[User]) -> Any:
    return users
