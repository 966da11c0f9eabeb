"""Background tasks: the lesson's app in FastAPI. Same routes, same claims (BG-…) as in src/.

    uvicorn fastapi_app:app --app-dir lessons/background-tasks
    curl http://127.0.0.1:8000/sync/
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Response
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask

TICK = int(os.environ.get("LESSON_TICK_MS", "1000")) / 1000


def ticks(n: float) -> float:
    """The seconds that `n` ticks take."""
    return n * TICK


events: list[str] = []


def note(line: str) -> None:
    """Write a line into the event log, and into the server's own log."""
    events.append(line)
    logging.getLogger("uvicorn.error").info(line)


# --- start and stop -----------------------------------------------------------


# ANCHOR: lifespan
spawned: set[asyncio.Task[None]] = set()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    if spawned:
        await asyncio.wait(spawned, timeout=10)  # BG-23
# ANCHOR_END: lifespan


app = FastAPI(lifespan=lifespan)


@app.get("/ping")
async def ping() -> str:
    return "pong"


@app.get("/_events")
async def list_events() -> list[str]:
    return events


@app.delete("/_events", status_code=204)
async def clear_events() -> None:
    events.clear()


# --- one task in four forms ---------------------------------------------------


# ANCHOR: sync
def hello() -> None:
    time.sleep(ticks(10))
    note("Hello World!")


@app.get("/sync/")
async def sync(tasks: BackgroundTasks) -> None:  # BG-2
    tasks.add_task(hello)  # BG-1: a plain `def`, so it runs on a thread (BG-10)
# ANCHOR_END: sync


places = threading.Semaphore(4)


def hello_in_its_place() -> None:
    try:
        hello()
    finally:
        places.release()


@app.get("/sync-bounded/")
async def sync_bounded(tasks: BackgroundTasks) -> None:
    if not places.acquire(blocking=False):  # BG-38
        raise HTTPException(503, "Too many tasks", headers={"Retry-After": "1"})
    tasks.add_task(hello_in_its_place)


async def async_hello() -> None:
    await asyncio.sleep(ticks(10))
    note("Hello World!")


@app.get("/async-awaited/")
async def async_awaited(tasks: BackgroundTasks) -> None:
    tasks.add_task(async_hello)  # BG-9


async def hasty_hello() -> None:
    asyncio.sleep(ticks(10))  # BG-8: makes a coroutine, and throws it away
    note("Hello World!")


@app.get("/async-unawaited/")
async def async_unawaited(tasks: BackgroundTasks) -> None:
    tasks.add_task(hasty_hello)


async def blocking_hello() -> None:
    hello()  # BG-10: an `async def`, so this blocks the event loop


@app.get("/async-blocking/")
async def async_blocking(tasks: BackgroundTasks) -> None:
    tasks.add_task(blocking_hello)


# --- several tasks ------------------------------------------------------------


# ANCHOR: in-order
def write(text: str, pause: float, suffix: str = "") -> None:
    time.sleep(ticks(pause))
    note(text + suffix)


async def async_write(text: str, pause: float) -> None:
    await asyncio.sleep(ticks(pause))
    note(text)


@app.get("/several/in-order")
async def in_order(tasks: BackgroundTasks) -> str:
    tasks.add_task(write, "first", 3, suffix="!")
    tasks.add_task(async_write, "second", 2)
    tasks.add_task(write, "third", pause=1)
    note(f"{len(tasks.tasks)} tasks stored, none run")  # BG-3
    return "queued"  # BG-4
# ANCHOR_END: in-order


def break_down() -> None:
    note("breaking down")
    raise RuntimeError("task failed")


@app.get("/several/failing")
async def failing(tasks: BackgroundTasks) -> str:
    tasks.add_task(note, "before")
    tasks.add_task(break_down)
    tasks.add_task(note, "never")  # BG-11
    return "queued"


@app.get("/several/refused")
async def refused(tasks: BackgroundTasks) -> str:
    tasks.add_task(note, "never")  # BG-12
    raise HTTPException(status_code=400, detail="refused")


@app.get("/several/growing")
async def growing(tasks: BackgroundTasks) -> str:
    def first() -> None:
        note("first")
        tasks.add_task(note, "added by the first")  # BG-17

    tasks.add_task(first)
    tasks.add_task(note, "second")
    return "queued"


# --- one list for the handler and its dependencies ----------------------------


# ANCHOR: dependency
async def notes_query(tasks: BackgroundTasks, q: str | None = None) -> None:
    if q is not None:
        tasks.add_task(note, f"query was {q}")


@app.get("/shared/", dependencies=[Depends(notes_query)])
async def shared(tasks: BackgroundTasks) -> int:
    tasks.add_task(note, "handler's own task")
    return len(tasks.tasks)  # BG-13
# ANCHOR_END: dependency


async def held_dependency() -> AsyncIterator[None]:
    yield
    note("dependency closed")  # after the tasks


async def long_task() -> None:
    note("task begun")
    await asyncio.sleep(ticks(10))
    note("task done")


@app.get("/shared/held")
async def held(_: Annotated[None, Depends(held_dependency)], tasks: BackgroundTasks) -> str:
    tasks.add_task(long_task)  # BG-15
    tasks.add_task(note, "next task")
    return "held"


# --- a client that leaves while the handler works ------------------------------


# ANCHOR: leaving
@app.get("/leaving/dropped")
@app.get("/leaving/to-the-end")
async def slow(_: Annotated[None, Depends(held_dependency)], tasks: BackgroundTasks) -> str:
    tasks.add_task(note, "task done")  # BG-37: also if the client has left
    note("handler begun")
    await asyncio.sleep(ticks(10))
    note("handler finished")
    return "queued"
# ANCHOR_END: leaving


# --- a response with tasks of its own -----------------------------------------


# ANCHOR: by-hand
@app.get("/by-hand/own")
async def own() -> JSONResponse:
    return JSONResponse("own", background=BackgroundTask(note, "the response's own task"))


@app.get("/by-hand/both")
async def both(tasks: BackgroundTasks) -> JSONResponse:
    tasks.add_task(note, "the injected task")  # BG-14: silently dropped
    return JSONResponse("both", background=BackgroundTask(note, "the response's own task"))
# ANCHOR_END: by-hand


# --- a large response ---------------------------------------------------------


@app.get("/large/")
async def large(tasks: BackgroundTasks) -> Response:
    tasks.add_task(note, "the large response is sent")  # BG-18
    return Response(b"x" * 32 * 1024 * 1024, media_type="application/octet-stream")


# --- spawned tasks ------------------------------------------------------------


running: set[asyncio.Task[None]] = set()


def keep(task: asyncio.Task[None]) -> None:
    """The event loop holds tasks weakly: without this one could vanish half-way."""
    running.add(task)
    task.add_done_callback(running.discard)


@app.get("/spawned/at-once")
async def at_once() -> str:
    async def task() -> None:
        note("spawned task runs")

    keep(asyncio.create_task(task()))  # BG-20
    await asyncio.sleep(ticks(2))
    note("handler done")
    return "spawned"


@app.get("/spawned/failing")
async def spawned_failing() -> str:
    async def task() -> None:
        note("spawned task fails")
        raise RuntimeError("nobody learns of this")

    asyncio.create_task(task())  # BG-21: asyncio says so when it throws the task away
    return "spawned"


@app.get("/spawned/panicking")
async def spawned_panicking() -> str:
    async def task() -> None:
        raise AssertionError("nobody handles this")

    asyncio.create_task(task())
    return "spawned"


@app.get("/spawned/refused")
async def spawned_refused() -> str:
    async def task() -> None:
        note("spawned task runs")

    keep(asyncio.create_task(task()))  # BG-20
    raise HTTPException(status_code=400, detail="refused")


async def make_welcome() -> None:
    note("mailbox made")
    await send_mail()
    note("mail sent")


async def send_mail() -> None:
    note("mail server asked")
    raise OSError("the mail server refuses")


@app.get("/spawned/welcome")
async def welcome() -> str:
    async def task() -> None:
        try:
            await make_welcome()  # BG-44
        except OSError as error:
            logging.getLogger("uvicorn.error").error("welcome failed error=%s", error)

    keep(asyncio.create_task(task()))
    return "spawned"


async def work() -> None:
    note("spawned task begun")
    await asyncio.sleep(ticks(10))
    note("spawned task done")


@app.get("/spawned/lost")
async def lost() -> str:
    keep(asyncio.create_task(work()))  # BG-22
    return "spawned"


@app.get("/spawned/tracked")
async def tracked() -> str:
    task = asyncio.create_task(work())
    spawned.add(task)  # BG-23: `lifespan` waits for what is in here
    task.add_done_callback(spawned.discard)
    return "spawned"
