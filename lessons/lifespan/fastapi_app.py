"""Lifespan: the lesson's app in FastAPI. Same routes, same claims (LS-…) as in src/.

    uvicorn fastapi_app:app --app-dir lessons/lifespan
    curl 'http://127.0.0.1:8000/model/predict?x=2'
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Request

TICK = int(os.environ.get("LESSON_TICK_MS", "1000")) / 1000


def ticks(n: float) -> float:
    """The seconds that `n` ticks take."""
    return n * TICK


log = logging.getLogger("uvicorn.error")
events: list[str] = []


def note(line: str) -> None:
    """Write a line into the event log, and into the server's own log."""
    events.append(line)
    log.info(line)


def may_fail(step: str) -> None:
    """LS-14: raise, if LESSON_FAIL names this step."""
    if os.environ.get("LESSON_FAIL") == step:
        raise RuntimeError(f"LESSON_FAIL is {step}")


# --- the model ----------------------------------------------------------------


def answer_to_everything(x: float) -> float:
    return x * 42


# ANCHOR: model
ml_models: dict[str, Any] = {}


@asynccontextmanager
async def model_lifespan(app: FastAPI) -> AsyncIterator[None]:  # LS-7
    await asyncio.sleep(ticks(1))  # reading a large file
    may_fail("model")
    ml_models["answer_to_everything"] = answer_to_everything
    note("model loaded")  # LS-1
    yield
    ml_models.clear()  # LS-14: if a later step fails, this line is never reached
    note("model cleared")  # LS-2, LS-9


model = APIRouter(prefix="/model", lifespan=model_lifespan)  # LS-15
# ANCHOR_END: model


# ANCHOR: predict
@model.get("/predict")
async def predict(x: float):  # LS-4, LS-5, LS-6
    result = ml_models["answer_to_everything"](x)  # LS-3
    return {"result": result}


@model.get("/slow-predict")
async def slow_predict(x: float) -> dict[str, float]:  # LS-6: null, not 500
    log.info("slow prediction begins")
    await asyncio.sleep(ticks(5))
    result = ml_models["answer_to_everything"](x)  # LS-9: it is still there
    note("slow prediction done")
    return {"result": result}
# ANCHOR_END: predict


# --- one function, one connection ---------------------------------------------


class Connection:
    """Stands for a database: it's open, or it isn't."""

    def __init__(self) -> None:
        may_fail("connection")
        self.is_open = True

    async def close(self) -> None:
        may_fail("close")
        self.is_open = False


# ANCHOR: shared
async def connection_lifespan(app: FastAPI) -> AsyncIterator[dict[str, Connection]]:
    connection = Connection()  # LS-12: a local variable
    note("connection opened")
    try:
        yield {"connection": connection}  # LS-13: becomes `request.state.connection`
    finally:
        await connection.close()
        note("connection closed")


# LS-7: an async generator will do, without the decorator.
shared = APIRouter(prefix="/shared", lifespan=connection_lifespan)


@shared.get("/connection")
async def connection(request: Request) -> dict[str, bool]:
    return {"open": request.state.connection.is_open}
# ANCHOR_END: shared


# --- the older events ---------------------------------------------------------


# ANCHOR: on-event
items: dict[str, dict[str, str]] = {}  # LS-11: what the functions share, global

on_event = APIRouter(prefix="/on-event")


@on_event.on_event("startup")  # LS-10: deprecated, but it works
async def fill_items() -> None:
    items["foo"] = {"name": "Fighters"}
    items["bar"] = {"name": "Tenders"}
    note("items filled")


@on_event.on_event("shutdown")
def note_shutdown() -> None:
    path = os.environ.get("LESSON_SHUTDOWN_LOG")
    if path is not None:
        with open(path, mode="a") as file:
            file.write("Application shutdown")
    note("shutdown noted")


@on_event.get("/items/{item_id}")
async def read_item(item_id: str) -> dict[str, str]:
    return items[item_id]  # LS-10: an unknown id is a KeyError, and that is a 500
# ANCHOR_END: on-event


# --- sub-applications ---------------------------------------------------------


# ANCHOR: mounted
def sub_app(name: str) -> FastAPI:
    """An app with a lifespan of its own."""
    models: dict[str, Any] = {}

    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        models["answer_to_everything"] = answer_to_everything
        log.info(f"sub-app {name}: open")
        try:
            yield
        finally:
            models.clear()
            log.info(f"sub-app {name}: closed")

    app = FastAPI(lifespan=lifespan)

    @app.get("/predict")
    async def predict(x: float):
        return {"result": models["answer_to_everything"](x)}

    return app


mounted = sub_app("mounted")
entered = sub_app("mounted-entered")


async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    # LS-18: nothing enters the lifespan of a mounted app, unless you do.
    async with entered.router.lifespan_context(entered):
        yield


app = FastAPI(lifespan=lifespan)  # LS-8
app.mount("/mounted", mounted)  # LS-15: its lifespan is never entered
app.mount("/mounted-entered", entered)
# ANCHOR_END: mounted


# ANCHOR: ignored
@app.on_event("startup")
async def never_called() -> None:
    note("never seen")  # LS-16: the app has a lifespan, so this is ignored
# ANCHOR_END: ignored


# ANCHOR: include
# LS-15: the lifespans nest in this order, inside the app's own.
app.include_router(on_event)
app.include_router(model)
app.include_router(shared)
# ANCHOR_END: include


@app.get("/ping")
async def ping() -> str:
    return "pong"


@app.get("/_events")
async def list_events() -> list[str]:
    return events


@app.delete("/_events", status_code=204)
async def clear_events() -> None:
    events.clear()
