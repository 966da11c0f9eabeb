"""Streaming: the lesson's app in FastAPI. Same routes, same claims (ST-…) as in src/.

    uvicorn fastapi_app:app --app-dir lessons/streaming
    curl -N http://127.0.0.1:8000/text/
"""

import asyncio
import codecs
import itertools
import logging
import os
import time
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
)
from contextlib import aclosing
from pathlib import Path
from typing import Annotated

import anyio
import httpx
import sse_starlette.sse  # ST-30
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.types import ASGIApp, Message, Receive, Scope, Send

app = FastAPI()

TICK = int(os.environ.get("LESSON_TICK_MS", "1000")) / 1000


def ticks(n: float) -> float:
    """The seconds that `n` ticks take."""
    return n * TICK


events: list[str] = []


def note(line: str) -> None:
    """Write a line into the event log, and into the server's own log."""
    events.append(line)
    logging.getLogger("uvicorn.error").info(line)


@app.get("/ping")
async def ping() -> str:
    return "pong"


@app.get("/_events")
async def list_events() -> list[str]:
    return events


@app.delete("/_events", status_code=204)
async def clear_events() -> None:
    events.clear()


# --- text ---------------------------------------------------------------------


async def text_pieces() -> AsyncIterator[str]:
    sent = 0
    try:
        for _ in range(30):
            yield "some text data"  # ST-1
            sent += 1
            await asyncio.sleep(ticks(5))
    finally:
        # ST-6: also runs when the client has left: the sleep is cancelled.
        note(f"text stream over after {sent}")


@app.get("/text/")
async def text() -> StreamingResponse:
    # ST-55: a browser that must guess the type shows nothing for a while.
    headers = {"x-content-type-options": "nosniff"}
    return StreamingResponse(text_pieces(), media_type="text/plain", headers=headers)


# ANCHOR: sync-iterator
def three_words() -> Iterator[str]:
    for word in ["one ", "two ", "three"]:
        yield word
        # ST-2: a worker thread runs this, so it doesn't block the server. There are
        # 40, each taken for one item at a time: ST-58.
        time.sleep(ticks(1))


@app.get("/text/sync-iterator")
async def sync_iterator() -> StreamingResponse:
    # ST-4: no media type, so no content-type header.
    return StreamingResponse(three_words())
# ANCHOR_END: sync-iterator


# --- server A: sends a file ---------------------------------------------------

JSON_FILE = Path(
    os.environ.get("LESSON_JSON_FILE", Path(__file__).with_name("streamed.json"))
)


def characters(path: Path) -> Iterator[str]:
    # ST-10: this runs when the first piece is wanted. By then the 200 has been sent.
    with path.open(encoding="utf-8", newline="") as rows:
        for row in rows:
            yield from row  # ST-7: a string is an iterable of characters


@app.get("/server-a/stream")
async def file_stream() -> StreamingResponse:
    return StreamingResponse(characters(JSON_FILE), media_type="application/json")


@app.get("/server-a/stream-missing-file")
async def file_missing() -> StreamingResponse:
    missing = JSON_FILE.with_name("no-such-file.json")
    return StreamingResponse(characters(missing), media_type="application/json")


@app.get("/server-a/stream-split-char")
async def file_split_char() -> StreamingResponse:
    # One chunk: the first of the three bytes of 가 is the hundredth byte.
    chunks = ["x" * 99 + "가" + "y" * 20]
    return StreamingResponse(chunks, media_type="application/json")


def breaks_half_way() -> Iterator[str]:
    yield '{"numbers": ['
    yield "1, "
    yield "2, "
    raise RuntimeError("server A breaks half-way")


@app.get("/server-a/stream-breaks")
async def file_breaks() -> StreamingResponse:
    return StreamingResponse(breaks_half_way(), media_type="application/json")


# anyio reads in a worker thread. When the client leaves, this file is closed at once; a
# plain generator's stays open until its thread gets other work. `FileResponse` would send
# the file as well, and add `content-length`, `etag` and ranges.
# ANCHOR: file
async def pieces(path: Path) -> AsyncIterator[bytes]:
    # ST-10: this runs when the first piece is wanted. By then the 200 has been sent.
    async with await anyio.open_file(path, "rb") as file:
        while piece := await file.read(64 * 1024):
            yield piece


@app.get("/server-a/file")
async def file_pieces() -> StreamingResponse:
    return StreamingResponse(pieces(JSON_FILE), media_type="application/json")
# ANCHOR_END: file


# --- server B: passes on what server A sends ----------------------------------


def upstream_url(request: Request) -> str:
    """Where server A is: this server, unless told otherwise.

    The address is the one the connection came in on, never the Host header: a
    client could put any address there, and the server would go and ask it.
    """
    host, port = request.scope["server"]
    here = httpx.URL(scheme="http", host=host, port=port)
    return os.environ.get("LESSON_UPSTREAM_URL", str(here))


Upstream = Annotated[str, Depends(upstream_url)]


async def relay(upstream: str, path: str) -> AsyncGenerator[bytes, None]:
    # A stream may pause for as long as it likes: no limit for a read.
    timeout = httpx.Timeout(5, read=None)
    client = httpx.AsyncClient(base_url=upstream, timeout=timeout, trust_env=False)
    # ST-10: server A is asked when our own 200 has been sent. A refused connection
    # or a cut stream can only break our body.
    async with client, client.stream("GET", path) as response:
        # Without a chunk size: pieces as they arrive, not gathered up first.
        async for piece in response.aiter_bytes():
            yield piece


@app.get("/server-b/stream")
async def relay_stream(upstream: Upstream) -> StreamingResponse:
    body = relay(upstream, "/server-a/stream")
    return StreamingResponse(body, media_type="application/json")  # ST-8


@app.get("/server-b/file")
async def relay_file(upstream: Upstream) -> StreamingResponse:
    body = relay(upstream, "/server-a/file")
    return StreamingResponse(body, media_type="application/json")


@app.get("/server-b/stream-missing-file")
async def relay_missing_file(upstream: Upstream) -> StreamingResponse:
    body = relay(upstream, "/server-a/stream-missing-file")
    return StreamingResponse(body, media_type="application/json")


@app.get("/server-b/stream-no-upstream")
async def relay_no_upstream() -> StreamingResponse:
    # Nobody listens on port 1.
    body = relay("http://127.0.0.1:1", "/server-a/stream")
    return StreamingResponse(body, media_type="application/json")


@app.get("/server-b/stream-breaks")
async def relay_breaks(upstream: Upstream) -> StreamingResponse:
    body = relay(upstream, "/server-a/stream-breaks")
    return StreamingResponse(body, media_type="application/json")


def up_to(size: int, chunk: bytes) -> Iterator[bytes]:
    for start in range(0, len(chunk), size):
        yield chunk[start : start + size]


async def decode_each(chunks: AsyncGenerator[bytes, None]) -> AsyncIterator[str]:
    async with aclosing(chunks):  # or a failure leaves the connection to A open
        async for chunk in chunks:
            for piece in up_to(100, chunk):
                # ST-9: a character may begin in one piece and end in the next.
                yield piece.decode()


@app.get("/server-b/stream-split-char")
async def relay_split_char(upstream: Upstream) -> StreamingResponse:
    body = decode_each(relay(upstream, "/server-a/stream-split-char"))
    return StreamingResponse(body, media_type="application/json")


async def decode_all(chunks: AsyncGenerator[bytes, None]) -> AsyncIterator[str]:
    # ST-9: keeps the bytes of an unfinished character for the next piece.
    decoder = codecs.getincrementaldecoder("utf-8")()
    async with aclosing(chunks):
        async for chunk in chunks:
            for piece in up_to(100, chunk):
                yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


@app.get("/server-b/stream-split-char-careful")
async def relay_split_char_careful(upstream: Upstream) -> StreamingResponse:
    body = decode_all(relay(upstream, "/server-a/stream-split-char"))
    return StreamingResponse(body, media_type="application/json")


# --- the first chunk ----------------------------------------------------------


def ok() -> Iterator[str]:
    for _ in range(2):
        time.sleep(ticks(1))  # ST-21
        yield from "0123456789"


def raises() -> Iterator[str]:
    raise RuntimeError("no first chunk")  # ST-11
    yield  # never reached; it makes this function a generator


def error_object() -> Iterator[str | Exception]:
    try:
        raise  # ST-20: no exception is active, which is a RuntimeError
    except RuntimeError as error:
        yield error  # not text: `.encode` fails, in Starlette's code


def midway() -> Iterator[str]:
    yield "round 0;"
    yield "round 1;"
    raise RuntimeError("broken after two rounds")  # ST-18


def midway_object() -> Iterator[str | Exception]:
    yield "round 0;"
    yield "round 1;"
    yield RuntimeError("an exception as the third piece")


def empty() -> Iterator[str]:
    yield from ()


def blank() -> Iterator[str]:
    yield from ("", "", "")


# ANCHOR: watch
async def watch(
    request: Request, call_next: Callable[[Request], Awaitable[StreamingResponse]]
) -> Response:
    response = await call_next(request)
    if not request.url.path.endswith("/stream"):  # ST-13
        return response
    has_content = False
    try:
        async for chunk in response.body_iterator:
            note(f"middleware saw {chunk!r}")
            has_content = True
            break  # ST-19: this chunk is taken out; the client never gets it
    except Exception as error:
        note(f"middleware caught {error!r}")  # ST-14: never happens
    if not has_content:  # ST-12, but so is a stream that is empty: ST-16
        return JSONResponse(None, status_code=418)
    return response
# ANCHOR_END: watch


async def teapot_literal(request: Request, call_next: object) -> Response:
    return JSONResponse(status_code=418)  # ST-15: `content` is required


# ANCHOR: replay
def hold_head(app: ASGIApp) -> ASGIApp:
    """ST-23: the head waits for the first chunk, and then both are sent."""

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].endswith("/stream"):
            return await app(scope, receive, send)
        head: Message | None = None

        async def hold(message: Message) -> None:
            nonlocal head
            if message["type"] == "http.response.start":
                head = message
                return
            # A last message without a body is an empty stream, not a failed one.
            if head and (message.get("body") or not message.get("more_body")):
                await send(head)
                head = None
            if not head:
                await send(message)

        try:
            await app(scope, receive, hold)
        except Exception:
            if head:  # nothing was sent: the status can still be changed
                await JSONResponse(None, status_code=418)(scope, receive, send)
            raise  # for the log; a body that has begun stays visibly broken

    return middleware
# ANCHOR_END: replay


Pieces = Callable[[], Iterator[str | Exception]]


def stream_app(generate: Pieces) -> FastAPI:
    """An app of its own, so that it can have its own middleware."""
    sub_app = FastAPI()

    @sub_app.get("/stream")
    @sub_app.get("/other")
    async def stream() -> StreamingResponse:
        return StreamingResponse(generate(), media_type="text")  # ST-5

    return sub_app


STREAMS: dict[str, Pieces] = {
    "ok": ok,
    "raise": raises,
    "error-object": error_object,
    "midway": midway,
    "midway-object": midway_object,
    "empty": empty,
    "blank": blank,
}

for name, generate in STREAMS.items():
    app.mount(f"/bare-{name}", stream_app(generate))

    watched = stream_app(generate)
    watched.middleware("http")(watch)
    app.mount(f"/watched-{name}", watched)

    replayed = stream_app(generate)
    replayed.add_middleware(hold_head)
    app.mount(f"/replayed-{name}", replayed)

teapot = stream_app(raises)
teapot.middleware("http")(teapot_literal)
app.mount("/teapot-literal", teapot)


# --- server-sent events -------------------------------------------------------


# ANCHOR: sse-by-hand
async def five(name: str, request: Request) -> AsyncIterator[int]:
    """0 to 4, one a tick. The event log says how it ended."""
    sent = 0
    try:
        while sent < 5 and not await request.is_disconnected():  # ST-28
            yield sent
            sent += 1
            await asyncio.sleep(ticks(1))
        note(f"{name} finished after {sent}")
    except asyncio.CancelledError:
        # ST-28: this is what really stops it. Starlette cancels the sleep.
        note(f"{name} cancelled after {sent}")
        raise


@app.get("/sse/{id}")
async def sse_by_hand(id: int, request: Request) -> StreamingResponse:  # ST-27
    # ST-31: this line is an `id` field and no `data`: a browser sees no event.
    body = (f"id:{id}, message {n}\n\n" async for n in five("sse", request))
    return StreamingResponse(body, media_type="text/event-stream")  # ST-24
# ANCHOR_END: sse-by-hand


@app.get("/sse-loose/{id}")
async def sse_loose(id: int, request: Request) -> StreamingResponse:
    # ST-26: it streams, but it isn't an event stream: ST-25.
    body = (f"id:{id}, message {n}" async for n in five("sse-loose", request))
    return StreamingResponse(body)


@app.get("/sse-library/{id}")
async def sse_library(id: int, request: Request) -> Response:
    # ST-29: the library writes `data: ` and the blank line.
    body = (f"id:{id}, message {n}" async for n in five("sse-library", request))
    return sse_starlette.sse.EventSourceResponse(body)


@app.get("/sse-data/{id}")
async def sse_data(id: int, request: Request) -> StreamingResponse:
    # ST-31: one field a line, and a blank line: this is an event.
    numbers = five("sse-data", request)
    body = (f"id: {id}\ndata: message {n}\n\n" async for n in numbers)
    return StreamingResponse(body, media_type="text/event-stream")


# ANCHOR: sse-native
@app.get("/sse-native/{id}", response_class=EventSourceResponse)
async def sse_native(id: int, request: Request) -> AsyncIterable[ServerSentEvent]:
    # ST-32: the handler is the generator. `data=` would be JSON, with quotes.
    async for n in five("sse-native", request):
        yield ServerSentEvent(raw_data=f"message {n}", id=str(id))
# ANCHOR_END: sse-native


@app.get("/sse-counter/", response_class=EventSourceResponse)
async def sse_counter(
    last_event_id: Annotated[int | None, Header()] = None,
) -> AsyncIterable[ServerSentEvent]:
    # A browser that lost the connection asks again, and says what it saw last.
    first = 0 if last_event_id is None else last_event_id + 1
    sent = 0
    try:
        for n in itertools.count(first):
            yield ServerSentEvent(raw_data=f"count {n}", id=str(n))
            sent += 1
            await asyncio.sleep(ticks(1))
    finally:
        # Endless: the only way out is that the client leaves.
        note(f"sse-counter over after {sent}")


def first_unseen(last_event_id: Annotated[int | None, Header()] = None) -> int:
    first = 0 if last_event_id is None else last_event_id + 1
    if first >= 5:
        raise HTTPException(204)  # ST-56: tells an `EventSource` not to come back
    return first


@app.get("/sse-finite/", response_class=EventSourceResponse)
async def sse_finite(
    first: Annotated[int, Depends(first_unseen)],
) -> AsyncIterable[ServerSentEvent]:
    for n in range(first, 5):
        wait = round(ticks(1) * 1000)  # before the browser comes back, in ms
        yield ServerSentEvent(raw_data=f"message {n}", id=str(n), retry=wait)
        await asyncio.sleep(ticks(1))


@app.get("/sse-quiet/", response_class=EventSourceResponse)
async def sse_quiet() -> AsyncIterable[ServerSentEvent]:
    # Nothing to tell: FastAPI sends a comment every 15 seconds, so that nobody
    # between here and the client takes the connection for dead.
    await asyncio.Event().wait()
    yield ServerSentEvent()  # never reached; it makes the handler a generator
