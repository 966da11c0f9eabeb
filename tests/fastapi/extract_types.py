"""Types that are no numbers and no models: the FastAPI side of tests/suite/extract/types.rs.

Same routes and same names as in tests/suite/extract/types/app.rs. An answer shows a value in
a way that both languages can.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Cookie, Header, Path, Query
from pydantic import (
    AnyUrl,
    AwareDatetime,
    BaseModel,
    Field,
    IPvAnyAddress,
    NaiveDatetime,
)

router = APIRouter(prefix="/types")

Port = Annotated[int, Field(gt=0, le=65535)]  # NonZeroU16
Char = Annotated[str, Field(min_length=1, max_length=1)]
Elapsed = Annotated[timedelta, Field(ge=timedelta(0))]  # std::time::Duration


def micros(duration: timedelta) -> str:
    return str(duration // timedelta(microseconds=1))


def show(value: Any) -> Any:
    match value:
        case datetime():
            return micros(value.replace(tzinfo=value.tzinfo or UTC) - datetime(1970, 1, 1, tzinfo=UTC))
        case time():
            return micros(datetime.combine(date.min, value.replace(tzinfo=None)) - datetime.min)
        case timedelta():
            return micros(value)
        case Decimal():
            return format(abs(value) if value.is_zero() else value, "f")
        case IPv4Address() | IPv6Address():
            return [value.version, str(int(value))]
        case list():
            return [show(item) for item in value]
        case dict():
            return {str(name): show(item) for name, item in value.items()}
        case BaseModel():
            return show(dict(value))
        case UUID() | AnyUrl() | date():
            return str(value)
        case _:
            return value


TYPES: dict[str, Any] = {
    "uuid": UUID,
    "date": date,
    "time": time,
    "naive": NaiveDatetime,
    "timestamp": AwareDatetime,
    "zoned": AwareDatetime,
    "duration": timedelta,
    "span": timedelta,
    "elapsed": Elapsed,
    "decimal": Decimal,
    "url": AnyUrl,
    "port": Port,
    "ip": IPvAnyAddress,
    "ipv4": IPv4Address,
    "ipv6": IPv6Address,
    "char": Char,
}


def one(type_: Any, source: Any) -> Callable[..., Any]:
    async def handler(value: Annotated[type_, source]) -> Any:
        return show(value)

    return handler


for name, type_ in TYPES.items():
    router.post(f"/one/{name}")(one(type_, Body()))
    router.get(f"/one/{name}")(one(type_, Query()))
    router.get(f"/one/{name}/{{value}}")(one(type_, Path()))


UNIONS: dict[str, Any] = {
    "uuid-decimal-int": UUID | Decimal | int,
    "date-timestamp-int": date | AwareDatetime | int,
    "naive-date-float": NaiveDatetime | date | float,
    "duration-time-bool": timedelta | time | bool,
    "float-decimal-url": float | Decimal | AnyUrl,
    "char-int-uuid": Char | int | UUID,
    "port-float-ip": Port | float | IPvAnyAddress,
    "ip-str-int": IPvAnyAddress | str | int,
    "str-uuid-date": str | UUID | date,
    "elapsed-int-decimal": Elapsed | int | Decimal,
    "int-char": int | Char,
    "ipv4-int-ipv6": IPv4Address | int | IPv6Address,
}


def union(name: str, type_: Any) -> Callable[..., Any]:
    def class_of(value: Any) -> str:
        is_any_ip = isinstance(value, IPv4Address | IPv6Address) and not name.startswith("ipv4")
        return "ip" if is_any_ip else type(value).__name__.lower()

    async def handler(values: list[type_]) -> Any:
        return [[class_of(value), show(value)] for value in values]

    return handler


for name, type_ in UNIONS.items():
    router.post(f"/union/{name}")(union(name, type_))


class All(BaseModel):
    uuid: UUID
    date: date
    time: time
    naive: NaiveDatetime
    timestamp: AwareDatetime
    zoned: AwareDatetime
    duration: timedelta
    span: timedelta
    elapsed: Elapsed
    decimal: Decimal
    url: AnyUrl
    port: Port
    ip: IPvAnyAddress
    ipv4: IPv4Address
    ipv6: IPv6Address
    char: Char
    maybe: UUID | None = None
    prices: list[Decimal]
    ports: dict[UUID, Port]


@router.post("/all")
async def all_(value: All) -> Any:
    return show(value)


def all_from(source: Callable[[], Any]) -> Callable[..., Any]:
    """A handler that takes them one by one from the path, the query, headers or cookies."""

    async def handler(
        uuid: Annotated[UUID, source()],
        day: Annotated[date, source()],
        at: Annotated[time, source()],
        naive: Annotated[NaiveDatetime, source()],
        timestamp: Annotated[AwareDatetime, source()],
        duration: Annotated[timedelta, source()],
        decimal: Annotated[Decimal, source()],
        url: Annotated[AnyUrl, source()],
        port: Annotated[Port, source()],
        ip: Annotated[IPvAnyAddress, source()],
        char: Annotated[Char, source()],
    ) -> Any:
        return show(locals())

    return handler


router.get("/query")(all_from(Query))
router.get("/header")(all_from(Header))
router.get("/cookie")(all_from(Cookie))
router.get(
    "/path/{uuid}/{day}/{at}/{naive}/{timestamp}/{duration}/{decimal}/{url}/{port}/{ip}/{char}"
)(all_from(Path))


@router.get("/maybe")
async def maybe(
    uuid: Annotated[UUID | None, Query()] = None,
    day: Annotated[date | None, Query()] = None,
    decimal: Annotated[Decimal | None, Query()] = None,
    elapsed: Annotated[Elapsed | None, Query()] = None,
    port: Annotated[Port | None, Query()] = None,
    *,
    urls: Annotated[list[AnyUrl], Query()],
) -> Any:
    return show(locals())
