"""The async lesson in FastAPI: the same routes and claims (AS-…) as in src/.

    uvicorn fastapi_app:app --app-dir lessons/async
    curl http://127.0.0.1:8000/both/async
"""

import asyncio
import logging
import multiprocessing
import os
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated

import anyio.to_thread
from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool

TICK = int(os.environ.get("LESSON_TICK_MS", "1000")) / 1000


def ticks(n: float) -> float:
    """Return the seconds that `n` ticks take."""
    return n * TICK


events: list[str] = []


def note(line: str) -> None:
    """Note a line in the event log and in the server's own log."""
    events.append(line)
    logging.getLogger("uvicorn.error").info(line)


# --- start and stop -----------------------------------------------------------


def end_with_parent() -> None:
    """End this process of the pool when the server ends, even if it's killed."""

    def wait() -> None:
        if parent := multiprocessing.parent_process():
            parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


# ANCHOR: watchdog
def watch(loop: asyncio.AbstractEventLoop, stop: threading.Event) -> None:
    """Run in a thread of its own, which the event loop can't block."""
    while not stop.wait(ticks(1)):
        answered = threading.Event()
        loop.call_soon_threadsafe(answered.set)
        if not answered.wait(ticks(5)):  # AS-22
            note("worker 0 has not paused for 5 ticks")
            answered.wait()
            note("worker 0 pauses again")
# ANCHOR_END: watchdog


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    stop = threading.Event()
    loop = asyncio.get_running_loop()
    threading.Thread(target=watch, args=(loop, stop), daemon=True).start()
    # As many processes as there are cores, each started when it's first needed.
    with ProcessPoolExecutor(initializer=end_with_parent) as app.state.cores:
        yield
    stop.set()


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


# --- three handlers -----------------------------------------------------------


# ANCHOR: three
@app.get("/only-async/async")
@app.get("/both/async")
async def awaits() -> None:  # AS-7: it returns nothing, so the body is `null`
    await asyncio.sleep(ticks(10))  # AS-1


@app.get("/both/sync")
def sync() -> None:  # AS-2: FastAPI runs a plain `def` on its pool
    time.sleep(ticks(10))


@app.get("/blocking/async-blocking")
async def async_blocking() -> None:  # AS-5: but this one on the event loop
    time.sleep(ticks(10))
# ANCHOR_END: three


# ANCHOR: handed-to-a-thread
@app.get("/blocking/handed-to-a-thread")
async def handed_to_a_thread() -> None:
    # AS-8: the pool of the plain `def`s; `asyncio.to_thread` uses another one
    await run_in_threadpool(time.sleep, ticks(10))
# ANCHOR_END: handed-to-a-thread


# ANCHOR: bounded
disk_slots = asyncio.Semaphore(20)


@app.get("/bounded/sync")
async def read_slowly() -> None:
    async with disk_slots:  # AS-26: half of the pool is left to others
        await run_in_threadpool(time.sleep, ticks(10))
# ANCHOR_END: bounded


report_slots = asyncio.Semaphore(2)


def write_report() -> str:
    note("report begun")
    time.sleep(ticks(10))
    note("report done")
    return "a report"


@app.get("/bounded/report")
async def report() -> str:
    if report_slots.locked():  # AS-25: nobody waits for a slot
        raise HTTPException(503)
    async with report_slots:
        return await run_in_threadpool(write_report)


# ANCHOR: not-awaited
@app.get("/blocking/not-awaited")
async def not_awaited() -> None:
    # AS-13: makes a coroutine and throws it away; Python warns when it runs
    asyncio.sleep(ticks(10))
# ANCHOR_END: not-awaited


@app.get("/blocking/in-place")
def in_place() -> None:
    # AS-12: the event loop can't move to another thread, so this is the pool
    time.sleep(ticks(10))


# --- two waits, side by side --------------------------------------------------


async def get_stock() -> int:
    await asyncio.sleep(ticks(10))
    return 3


async def get_price() -> int:
    await asyncio.sleep(ticks(10))
    return 42


# ANCHOR: together
@app.get("/together/offer")
async def offer() -> dict[str, int]:
    stock, price = await asyncio.gather(get_stock(), get_price())  # AS-27
    return {"stock": stock, "price": price}


@app.get("/together/hasty-offer")
async def hasty_offer() -> dict[str, int]:
    try:
        async with asyncio.timeout(ticks(5)):  # AS-28
            return await offer()
    except TimeoutError:
        raise HTTPException(504) from None
# ANCHOR_END: together


# --- where it runs ------------------------------------------------------------


# ANCHOR: where
def on_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


@app.get("/where/async")
async def where_async() -> dict[str, bool]:
    return {"main_thread": on_main_thread()}  # AS-3


@app.get("/where/sync")
def where_sync() -> dict[str, bool]:
    return {"main_thread": on_main_thread()}


@app.get("/where/pool-size")
async def pool_size() -> int:
    return int(anyio.to_thread.current_default_thread_limiter().total_tokens)  # AS-4
# ANCHOR_END: where


# --- work that computes -------------------------------------------------------


# ANCHOR: cpu
Below = Annotated[int, Query(ge=0, le=65_535)]


def count_primes(below: int) -> int:
    return sum(all(n % d for d in range(2, n)) for n in range(2, below))


@app.get("/cpu/on-a-worker")
async def on_a_worker(below: Below) -> int:
    return count_primes(below)  # AS-14


@app.get("/cpu/on-the-pool")
def on_the_pool(below: Below) -> int:
    # the threads take turns, because one at a time holds the interpreter's lock
    return count_primes(below)


@app.get("/cpu/on-the-cores")
async def on_the_cores(below: Below) -> int:
    # AS-15: processes, because threads share one interpreter
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(app.state.cores, count_primes, below)
# ANCHOR_END: cpu


# --- the client leaves --------------------------------------------------------


# ANCHOR: leaving-async
async def wait(name: str) -> None:
    note(f"{name} work begun")
    try:
        await asyncio.sleep(ticks(10))
    except asyncio.CancelledError:
        note(f"{name} work dropped")
        raise
    note(f"{name} work finished")


@app.get("/leaving/async")
async def leaving_async() -> None:
    await wait("async")  # AS-19: nothing cancels it


@app.get("/leaving/spawned")
async def leaving_spawned() -> None:
    await asyncio.create_task(wait("spawned"))
# ANCHOR_END: leaving-async


# ANCHOR: leaving-sync
@app.get("/leaving/sync")
def leaving_sync() -> None:
    note("sync work begun")
    time.sleep(ticks(10))  # AS-20
    note("sync work finished")


@app.get("/leaving/sync-that-asks")
async def leaving_sync_that_asks(request: Request) -> None:
    client_left = threading.Event()

    def work() -> None:
        note("sync-that-asks work begun")
        for _ in range(10):
            if client_left.is_set():  # AS-21
                note("sync-that-asks work dropped")
                return
            time.sleep(ticks(1))
        note("sync-that-asks work finished")

    thread = asyncio.create_task(run_in_threadpool(work))
    while not thread.done():
        if await request.is_disconnected():
            client_left.set()
        await asyncio.wait([thread], timeout=ticks(1))
# ANCHOR_END: leaving-sync
