"""Unions, inherited models, required nullable fields: tests/suite/extract/unions.rs."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Cookie, Header, Query
from pydantic import BaseModel, ConfigDict, Field

unions = APIRouter()
flat = APIRouter()


class Circle(BaseModel):
    radius: float
    name: str = "circle"


class Square(BaseModel):
    side: int
    name: str = "square"


class Cat(BaseModel):
    pet_type: Literal["cat"]
    name: str
    lives: int = 9


class Dog(BaseModel):
    pet_type: Literal["dog"]
    name: str
    barks: bool


Shape = Circle | Square | int
Pet = Annotated[Cat | Dog, Field(discriminator="pet_type")]
Scalar = bool | int | float | str


class Narrow(BaseModel):
    item: list[int]
    count: int = 0


class Wide(BaseModel):
    item: list[Scalar]
    size: float = 0.0


class Loose(BaseModel):
    item: Any
    count: str | None = None


class Household(BaseModel):
    pets: list[Pet]
    shapes: dict[str, Shape]
    scalar: Scalar
    favourite: Pet | None = None
    boxes: list[Narrow | Wide | Loose]
    pair: tuple[Shape, Pet] | None
    note: str | None


@unions.post("/shape")
async def shape(shape: Shape) -> Any:
    return shape


@unions.post("/pet")
async def pet(pet: Pet) -> Any:
    return pet


@unions.post("/scalars")
async def scalars(scalars: list[Scalar]) -> Any:
    return scalars


@unions.post("/collection")
async def collection(
    collection: list[int] | dict[str, int] | list[str] | dict[str, Any],
) -> Any:
    return collection


@unions.post("/boxes")
async def boxes(boxes: list[Narrow | Wide | Loose]) -> Any:
    return boxes


@unions.post("/household")
async def household(household: Household) -> Any:
    return household


@unions.get("/path/{value}")
async def path(value: int | bool) -> Any:
    return value


class Base(BaseModel):
    full_name: str
    ages: list[int] = []


class Person(Base):
    email: str
    is_admin: bool = False
    note: str | None


class Employee(Person):
    salary: int | bool
    boss: Base | None = None


@flat.post("/employee")
async def employee(employee: Employee) -> Any:
    return employee


@flat.post("/employees")
async def employees(employees: list[Employee]) -> Any:
    return employees


def search_from(source: Callable[[], Any]) -> Callable[..., Any]:
    """A handler that takes what is a struct in a struct there one by one."""

    async def handler(
        *,
        limit_to: Annotated[int, source()],
        sort_by: Annotated[list[int], source()] = [],
        q: Annotated[str, source()],
        is_exact: Annotated[bool, source()] = False,
        scalar: Annotated[int | bool, source()] = 0,
    ) -> Any:
        return locals()

    return handler


flat.get("/query")(search_from(Query))
flat.get("/header")(search_from(Header))
flat.get("/cookie")(search_from(Cookie))


class Extras(Base):
    model_config = ConfigDict(extra="allow")
    q: str


@flat.post("/extras")
async def extras(extras: Extras) -> Any:
    return extras


router = APIRouter(prefix="/unions")
router.include_router(unions)
router.include_router(flat, prefix="/flat")
