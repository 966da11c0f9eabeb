"""The testing lesson's app in FastAPI: the same routes and claims (TE-…) as in src/.

    uvicorn fastapi_app:app --app-dir lessons/testing
    curl http://127.0.0.1:8000/hello/

Its tests, for pytest, are in test_fastapi_app.py.
"""

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

TICK = int(os.environ.get("LESSON_TICK_MS", "1000")) / 1000


def ticks(n: float) -> float:
    """The seconds that `n` ticks take."""
    return n * TICK


events: list[str] = []


def note(line: str) -> None:
    """Write a line to the event log and to the server's log."""
    events.append(line)
    logging.getLogger("uvicorn.error").info(line)


# --- start-up ------------------------------------------------------


# ANCHOR: lifespan
catalogue: dict[str, dict[str, str]] = {}


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    catalogue["foo"] = {"name": "Fighters"}
    catalogue["bar"] = {"name": "Tenders"}
    note("start-up: catalogue loaded")
    yield
    catalogue.clear()
    note("shutdown: catalogue released")


app = FastAPI(lifespan=lifespan)


@app.get("/events-started/items/{item_id}")
async def read_started(item_id: str) -> dict[str, str]:
    return catalogue[item_id]  # TE-29: an unknown id raises KeyError, so it's a 500
# ANCHOR_END: lifespan


# ANCHOR: unstarted
never_filled: dict[str, dict[str, str]] = {}


@asynccontextmanager
async def never_run(_: FastAPI) -> AsyncIterator[None]:
    never_filled["foo"] = {"name": "Fighters"}
    yield


# TE-27: a mounted app's lifespan never runs.
unstarted = FastAPI(lifespan=never_run)
app.mount("/events-unstarted", unstarted)


@unstarted.get("/items/{item_id}")
async def read_unstarted(item_id: str) -> dict[str, str]:
    return never_filled[item_id]
# ANCHOR_END: unstarted


@app.get("/ping")
async def ping() -> str:
    return "pong"


@app.get("/_events")
async def list_events() -> list[str]:
    return events


@app.delete("/_events", status_code=204)
async def clear_events() -> None:
    events.clear()


# --- the smallest handlers ----------------------------------------------------


# ANCHOR: hello
@app.get("/hello/")
async def hello() -> dict[str, str]:  # TE-6
    return {"msg": "Hello World"}
# ANCHOR_END: hello


@app.get("/async/")
async def tomato() -> dict[str, str]:  # TE-24
    return {"message": "Tomato"}


# --- items --------------------------------------------------------------------


# ANCHOR: crud
class Item(BaseModel):
    id: str
    title: str
    description: str | None = None  # TE-17


# TE-18: one dict for the whole process, so all tests share it.
items = {
    "foo": Item(id="foo", title="Foo", description="There goes my hero"),
    "bar": Item(id="bar", title="Bar", description="The bartenders"),
}


def check(token: str) -> None:
    # As bytes: for text beyond ASCII it raises TypeError.
    if not secrets.compare_digest(token.encode(), b"coneofsilence"):
        raise HTTPException(400, "Invalid X-Token header")


@app.get("/crud/items/{item_id}")
async def read(item_id: str, x_token: Annotated[str, Header()]) -> Item:  # TE-14
    check(x_token)
    if item_id not in items:
        raise HTTPException(404, "Item not found")
    return items[item_id]


@app.post("/crud/items/", max_body_size=16 * 1024)
async def create(item: Item, x_token: Annotated[str, Header()]) -> Item:  # TE-16
    check(x_token)
    if item.id in items:
        raise HTTPException(400, "Item already exists")
    if len(items) == 1000:
        raise HTTPException(507, "No room for more items")  # TE-47
    items[item.id] = item
    return item
# ANCHOR_END: crud


class Note(BaseModel):
    text: str


@app.post("/slashes/")
async def echo(note: Note) -> Note:  # TE-20: `/slashes` redirects here
    return note


# --- a dependency to override -------------------------------------------------


# ANCHOR: greeting
def hour_now() -> int:
    return datetime.now(UTC).hour


@app.get("/greeting/")
async def greeting(hour: Annotated[int, Depends(hour_now)]) -> dict[str, int | str]:
    message = "Good morning" if hour < 12 else "Good day"  # TE-31
    return {"hour": hour, "message": message}
# ANCHOR_END: greeting


# --- the client's address -----------------------------------------------------


@app.get("/client/")
async def client(request: Request) -> str | None:
    return request.client.host if request.client else None  # TE-49


# --- time ----------------------------------------------------------


@app.get("/slow/")
async def slow() -> str:
    await asyncio.sleep(ticks(10))
    return "done"


async def lines() -> AsyncIterator[str]:
    number = 0
    while True:
        yield f"count {number}\n"
        number += 1
        await asyncio.sleep(ticks(1))


@app.get("/count/")
async def count() -> StreamingResponse:
    return StreamingResponse(lines())


# ANCHOR: background
async def mail() -> None:
    await asyncio.sleep(ticks(20))
    note("mail sent")


@app.post("/background/")
async def send_mail(tasks: BackgroundTasks) -> str:
    tasks.add_task(mail)  # TE-33
    return "accepted"
# ANCHOR_END: background
