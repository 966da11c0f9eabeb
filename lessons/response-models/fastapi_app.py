"""Response models: the lesson's app in FastAPI, with the same routes and claims (RM-…).

    uvicorn fastapi_app:app --app-dir lessons/response-models
    curl http://127.0.0.1:8000/exclude-nothing/items/foo
"""

import os
from typing import Annotated, Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

app = FastAPI(title="Catalogue", version="1.0.0")

events: list[str] = []


@app.get("/ping")
async def ping() -> str:
    return "pong"


@app.get("/_events")
async def list_events() -> list[str]:
    return events


@app.delete("/_events", status_code=204)
async def clear_events() -> None:
    events.clear()


# --- the complete item --------------------------------------------------------


# ANCHOR: item
class Item(BaseModel):
    name: str
    description: str | None = None
    price: float
    tax: float = 10.5
    tags: list[str] = []
# ANCHOR_END: item


items: dict[str, dict[str, Any]] = {
    "foo": {"name": "Foo", "price": 50.2},
    "bar": {"name": "Bar", "description": "The bartenders", "price": 62, "tax": 20.2},
    "baz": {
        "name": "Baz", "description": None, "price": 50.2, "tax": 10.5, "tags": []
    },
    # These aren't what the models expect:
    "extra": {"price": 1, "owner": "somebody", "name": "Extra"},
    "missing": {"name": "Missing"},
    "null": {"name": "Null", "price": 1, "tax": None},
    "text": {"name": "Text", "price": "1.50"},
    "floats": {"name": "Floats", "price": 0.00001, "tax": 1e16},
}


@app.get("/exclude-nothing/items/{item_id}", response_model=Item)
@app.get("/broken-model/items/{item_id}", response_model=Item)
async def read_item(item_id: str) -> Any:
    # RM-4: the dict is checked against the model, and cut down to its fields.
    return items[item_id]  # RM-5: an unknown id is a KeyError, so a 500


# --- the item as it was given -------------------------------------------------


# ANCHOR: unset
@app.get(
    "/exclude-unset/items/{item_id}",
    response_model=Item,
    response_model_exclude_unset=True,
)
async def read_record(item_id: str) -> Any:
    return items[item_id]  # RM-1, RM-2, RM-3
# ANCHOR_END: unset


# ANCHOR: instance
@app.get(
    "/exclude-unset-instance/items/{item_id}",
    response_model=Item,
    response_model_exclude_unset=True,
)
async def read_instance(item_id: str) -> Item:
    item = Item(**items[item_id])
    # RM-7: the value stays the same, but now it counts as set.
    item.tax = item.tax
    return item
# ANCHOR_END: instance


# --- a partial update ---------------------------------------------------------


# ANCHOR: update
class Changes(BaseModel):
    description: str | None = None
    price: float = 0  # exclude_unset leaves it out unless it was sent


@app.patch("/partial-update/items/{item_id}")
async def update(item_id: str, changes: Changes) -> Item:
    item = Item(**items[item_id])
    return item.model_copy(update=changes.model_dump(exclude_unset=True))  # RM-32
# ANCHOR_END: update


# --- fields left out for their value ------------------------------------------


# ANCHOR: left-out
@app.get(
    "/exclude-defaults/items/{item_id}",
    response_model=Item,
    response_model_exclude_defaults=True,
)
async def without_defaults(item_id: str) -> Any:
    return items[item_id]  # RM-6


@app.get(
    "/exclude-none/items/{item_id}",
    response_model=Item,
    response_model_exclude_none=True,
)
async def without_none(item_id: str) -> Any:
    return items[item_id]  # RM-6
# ANCHOR_END: left-out


# --- some of the fields -------------------------------------------------------


@app.get(
    "/include/items/{item_id}",
    response_model=Item,
    response_model_include={"name", "description"},
)
async def include(item_id: str) -> Any:
    return items[item_id]


@app.get(
    "/exclude/items/{item_id}",
    response_model=Item,
    response_model_exclude={"tax"},
)
async def exclude(item_id: str) -> Any:
    return items[item_id]


# --- names --------------------------------------------------------------------


# ANCHOR: camel-case
class Parcel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    tracking_number: str
    weight_in_grams: int


@app.post("/camel-case/parcels")
async def create_parcel(parcel: Parcel) -> Parcel:
    return parcel  # RM-31
# ANCHOR_END: camel-case


# --- redirects, made in two ways ----------------------------------------------


PUBLIC_URL = os.environ.get("LESSON_PUBLIC_URL", "").rstrip("/")


def base_url(request: Request) -> str:
    """The address that the client knows us by; empty if it knows another one.

    `request.base_url` and `request.url_for` take it from the Host header, and a client
    can write anything into that. Here the header is compared, and never passed on.
    """
    host, port = request.scope["server"]
    bound = f"{host}:{port}"
    is_known = request.headers.get("host") == bound
    return PUBLIC_URL or (f"http://{bound}" if is_known else "")


BaseUrl = Annotated[str, Depends(base_url)]


@app.get("/redirect-return/hello-world")
@app.get("/redirect-class/hello-world")
async def hello_world() -> str:
    return "Hello!"


@app.get("/redirect-return/my-redirect")
async def my_redirect(base: BaseUrl) -> RedirectResponse:
    return RedirectResponse(base + "/redirect-return/hello-world")  # RM-8


@app.get("/redirect-class/my-redirect", response_class=RedirectResponse)
async def by_class(base: BaseUrl) -> str:
    return base + "/redirect-class/hello-world"  # RM-11


@app.get(
    "/redirect-class/see-other", response_class=RedirectResponse, status_code=303
)
async def see_other(base: BaseUrl) -> str:
    return base + "/redirect-class/hello-world"


# --- a redirect after a POST ---------------------------------------------------


parcels: list[Parcel] = []


@app.post("/parcels")
async def send_parcel(parcel: Parcel) -> RedirectResponse:
    parcels.append(parcel)
    return RedirectResponse(f"/parcels/{len(parcels) - 1}", 303)  # RM-12


@app.get("/parcels/{parcel_id}")
async def read_parcel(parcel_id: int) -> Parcel:
    if parcel_id not in range(len(parcels)):
        raise HTTPException(404, "Parcel not found")
    return parcels[parcel_id]


# --- the status of a redirect -------------------------------------------------


@app.get("/redirect-status/hello-world")
async def hello_by_get() -> str:
    return "Hello by GET!"


@app.post("/redirect-status/hello-world")
async def hello_by_post() -> str:
    return "Hello by POST!"


@app.get("/redirect-status/{status}")
@app.post("/redirect-status/{status}")
async def with_status(status: int, base: BaseUrl) -> RedirectResponse:
    if not 200 <= status < 600:
        raise HTTPException(404)
    location = base + "/redirect-status/hello-world"
    return RedirectResponse(location, status_code=status)  # RM-10, RM-12


# --- percent-encoding ---------------------------------------------------------


@app.get("/redirect-encoding/my-redirect")
async def encoded() -> RedirectResponse:
    target = "/redirect-encoding/한글 and space?q=a b&c=%20#frag"
    return RedirectResponse(target)  # RM-13: the response encodes it


@app.get("/redirect-encoding/reserved")
async def reserved() -> RedirectResponse:
    return RedirectResponse("/é\"<>`{}|\\^[]~'()*+,;=:@!$&\r\nset-cookie: no%zz%")


@app.get("/redirect-encoding/not-encoded")
async def not_encoded() -> Response:
    # Starlette writes headers in Latin-1, which has no Hangul.
    return Response(status_code=307, headers={"location": "/redirect-encoding/한글"})


@app.get("/redirect-encoding/search")
async def search(q: str) -> RedirectResponse:
    return RedirectResponse(f"/redirect-encoding/found?q={quote(q, safe='')}")


@app.get("/redirect-encoding/found")
async def found(q: str) -> str:
    return q


# --- back to the page that the client asks for --------------------------------


# ANCHOR: back
def own_page(request: Request, next: str) -> str:  # RM-30
    host, port = request.scope["server"]
    own = urlsplit(f"{PUBLIC_URL or f'http://{host}:{port}'}/")
    try:
        # For browsers, a backslash is a slash. urllib doesn't know that.
        target = urlsplit(urljoin(own.geturl(), next.replace("\\", "/")))
    except ValueError as error:  # not an address at all
        raise HTTPException(400, "next must lead to a page of ours") from error
    is_own = (target.scheme, target.netloc) == (own.scheme, own.netloc)
    if not is_own or target.path.startswith("//"):
        raise HTTPException(400, "next must lead to a page of ours")
    return urlunsplit(("", "", target.path or "/", target.query, target.fragment))


@app.get("/redirect-back")
async def back(page: Annotated[str, Depends(own_page)]) -> RedirectResponse:
    return RedirectResponse(page, 303)
# ANCHOR_END: back


# --- OpenAPI ------------------------------------------------------------------


class Problem(BaseModel):
    detail: str


def find(item_id: str) -> dict[str, Any]:
    if item_id not in items:
        raise HTTPException(404, "Item not found")
    return items[item_id]


Record = Annotated[dict[str, Any], Depends(find)]
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": Problem}}


@app.get("/catalogue/items/{item_id}", response_model=Item, responses=NOT_FOUND)
async def item(record: Record) -> Any:
    return record


@app.get(
    "/catalogue/items/{item_id}/given",
    response_model=Item,
    response_model_exclude_unset=True,
    responses=NOT_FOUND,
)
async def given(record: Record) -> Any:
    return record


@app.get(
    "/catalogue/items/{item_id}/summary",
    response_model=Item,
    response_model_include={"name", "description"},
    responses=NOT_FOUND,
)
async def summary(record: Record) -> Any:
    return record
