"""What FastAPI's own tests ask for and no other file here: tests/suite/extract/own_tests.rs."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Cookie, Form, Header, Path, Query
from pydantic import AliasChoices, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

router = APIRouter(prefix="/own")


@router.get("/items/{item_id}")
async def items(item_id: Annotated[int, Path(ge=1)], q: str | None = None) -> Any:
    return locals()


@router.get("/set")
async def set_(query: Annotated[frozenset[int], Query()]) -> Any:
    return sorted(query)


@router.get("/list")
async def list_(device_ids: Annotated[list[int], Query()]) -> Any:
    return device_ids


@router.get("/list/default")
async def list_default(device_ids: Annotated[list[int], Query()] = []) -> Any:
    return device_ids


class Group(BaseModel):
    items: list[tuple[str, str]]


class Point(BaseModel):
    x: float
    y: float


@router.post("/tuples/group")
async def group(group: Group) -> Any:
    return group


@router.post("/tuples/square")
async def square(square: tuple[Point, Point]) -> Any:
    return square


@router.post("/tuples/form")
async def tuple_form(values: Annotated[tuple[int, int], Form()]) -> Any:
    return locals()


@router.get("/tuples/query")
async def tuple_query(values: Annotated[tuple[int, int], Query()]) -> Any:
    return locals()


@router.get("/tuples/header")
async def tuple_header(values: Annotated[tuple[int, int], Header()]) -> Any:
    return locals()


class OtherItem(BaseModel):
    price: int


class Item(BaseModel):
    name: str | None = None


@router.post("/union")
async def union(item: OtherItem | Item) -> Any:
    return item


class Text(BaseModel):
    kind: Literal["text"]
    value: str
    enabled: bool = False


class Labels(BaseModel):
    kind: Literal["list"]
    labels: list[str]


class User(BaseModel):
    name: str
    email: str


class Company(BaseModel):
    company_name: str
    name: list[str] = []


@router.post("/union/form")
async def union_form(form: Annotated[User | Company, Form()]) -> Any:
    return form


@router.post("/union/form/maybe")
async def maybe_union_form(form: Annotated[User | Company | None, Form()] = None) -> Any:
    return form


@router.post("/union/form/tagged")
async def tagged_form(form: Annotated[Text | Labels, Form(discriminator="kind")]) -> Any:
    return form


@router.post("/union/form/tagged/maybe")
async def maybe_tagged_form(
    form: Annotated[Text | Labels | None, Form(discriminator="kind")] = None,
) -> Any:
    return form


def value_from(type_: Any, source: Any) -> Callable[..., Any]:
    async def handler(value: Annotated[type_, source]) -> Any:
        return {"value": value}

    return handler


SOURCES: dict[str, Callable[..., Any]] = {"query": Query, "header": Header, "cookie": Cookie}

for name, source in SOURCES.items():
    router.get(f"/int-or-str/{name}")(value_from(int | str, source()))
    router.get(f"/nullable/{name}")(value_from(int | None, source()))

router.get("/int-or-str/path/{value}")(value_from(int | str, Path()))
router.post("/int-or-str/form")(value_from(int | str, Form()))
router.post("/int-or-str/body")(value_from(int | str, Body()))
router.post("/nullable/form")(value_from(int | None, Form()))
router.post("/nullable/list")(value_from(list[int] | None, Form()))
router.post("/nullable/embed")(value_from(int | None, Body(embed=True)))
router.post("/nullable/body")(value_from(int | None, Body()))


class Nullable(BaseModel):
    value: int | None
    other: int | None = 10


@router.post("/nullable/model")
async def nullable_model(model: Nullable) -> Any:
    return model


@router.put("/times/{item_id}")
async def times(
    item_id: UUID,
    start: Annotated[AwareDatetime, Body()],
    end: Annotated[AwareDatetime, Body()],
    process_after: Annotated[timedelta, Body()],
    repeat_at: Annotated[time | None, Body()] = None,
) -> Any:
    duration: timedelta = end - (start + process_after)
    return {"item_id": item_id, "duration": duration.total_seconds(), "repeat_at": repeat_at}


class Renamed(BaseModel):
    value: int = Field(alias="p-alias")


@router.post("/alias/body")
async def alias_body(renamed: Renamed) -> Any:
    return {"value": renamed.value}


for name, source in SOURCES.items():
    router.get(f"/alias/{name}")(value_from(int, source(alias="p-alias")))
router.post("/alias/form")(value_from(int, Form(alias="p-alias")))
router.get("/alias/capital")(value_from(int, Header(alias="P-Alias")))
router.get("/alias/underscore")(value_from(int, Header(alias="p_alias")))


class Choices(BaseModel):
    value: Annotated[int, Field(validation_alias=AliasChoices("value", "second"))]


@router.post("/choices")
async def choices(choices: Choices) -> Any:
    return choices


Order = Literal["created_at", "updated_at"]


@router.get("/literal")
async def literal(order_by: Annotated[Order, Query()]) -> Any:
    return locals()


class Extras(BaseModel):
    model_config = ConfigDict(extra="allow")

    param: str


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    host: str | None = None
    accept: str | None = None
    int_val: int


class Login(BaseModel):
    username: str
    password: str


class Range(BaseModel):
    range_start: int
    range_end: int

    @model_validator(mode="after")
    def is_in_order(self) -> "Range":
        if self.range_start > self.range_end:
            raise ValueError("range_start must not exceed range_end")
        return self


def model_from(type_: Any, source: Any, default: Any = ...) -> Callable[..., Any]:
    async def handler(model: Annotated[type_, source] = default) -> Any:
        return model

    return handler


MODELS = {"extras": Extras, "strict": Strict, "login": Login, "range": Range}

for path, model in MODELS.items():
    for name, source in SOURCES.items():
        router.get(f"/{path}/{name}")(model_from(model, source()))
    router.post(f"/{path}/form")(model_from(model, Form()))
for name, source in SOURCES.items():
    router.get(f"/login/maybe/{name}")(model_from(Login | None, source(), None))
router.post("/login/maybe/form")(model_from(Login | None, Form(), None))
