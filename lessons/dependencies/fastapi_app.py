"""Dependencies: the lesson's app in FastAPI. Same routes, same claims (DE-…) as in src/.

    uvicorn fastapi_app:app --app-dir lessons/dependencies
    curl 'http://127.0.0.1:8000/function/items/?q=foo'
"""

import asyncio
import itertools
import logging
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Annotated, Any, Self

from fastapi import (
    APIRouter,
    BackgroundTasks,
    Cookie,
    Depends,
    FastAPI,
    Header,
    HTTPException,
    Path,
    Query,
    Request,
    Response,
)
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field, model_validator

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


# --- a function ---------------------------------------------------------------


# ANCHOR: common-parameters
async def common_parameters(
    q: str | None = None, skip: int = 0, limit: int = 100
) -> dict[str, Any]:
    return {"q": q, "skip": skip, "limit": limit}  # DE-4


@app.get("/function/items/")
async def read_items(commons: Annotated[dict, Depends(common_parameters)]) -> dict:
    return commons  # DE-3
# ANCHOR_END: common-parameters


# --- one dependency, many routes ----------------------------------------------


@app.get("/repeat/items/")
async def repeat_items(commons: Annotated[dict, Depends(common_parameters)]) -> dict:
    return commons


@app.get("/repeat/users/")
async def repeat_users(commons: Annotated[dict, Depends(common_parameters)]) -> dict:
    return commons  # DE-8


CommonsDep = Annotated[dict, Depends(common_parameters)]


@app.get("/alias/items/")
async def alias_items(commons: CommonsDep) -> dict:
    return commons  # DE-9


# --- a class ------------------------------------------------------------------


class CommonQueryParams:
    made = itertools.count(1)

    def __init__(self, q: str | None = None, skip: int = 0, limit: int = 100) -> None:
        self.q = q
        self.skip = skip
        self.limit = limit
        self.number = next(self.made)  # DE-11


@app.get("/class/items")
async def class_items(
    commons: Annotated[CommonQueryParams, Depends(CommonQueryParams)],
) -> dict:
    return {"q": commons.q, "skip": commons.skip, "limit": commons.limit}  # DE-10


@app.get("/class/made")
async def class_made(
    commons: Annotated[CommonQueryParams, Depends(CommonQueryParams)],
) -> int:
    return commons.number


@app.get("/class-short/items")
async def class_short_items(commons: Annotated[CommonQueryParams, Depends()]) -> dict:
    return {"q": commons.q, "skip": commons.skip, "limit": commons.limit}  # DE-12


# --- sub-dependencies ---------------------------------------------------------


async def query_extractor(q: str | None = None) -> str | None:
    note("query looked at")
    return q


async def query_or_cookie_extractor(
    q: Annotated[str | None, Depends(query_extractor)],
    last_query: Annotated[str | None, Cookie()] = None,
) -> str | None:
    note("cookie looked at")
    if not q:  # DE-13: an empty q counts as none
        return last_query
    return q


@app.get("/sub/items/")
async def sub_items(
    query_or_default: Annotated[str | None, Depends(query_or_cookie_extractor)],
) -> dict:
    note("handler")
    return {"q_or_cookie": query_or_default}


# --- once per request ---------------------------------------------------------


async def counted(request: Request) -> int:
    note("counted ran")
    request.state.runs = getattr(request.state, "runs", 0) + 1
    return request.state.runs


Counted = Annotated[int, Depends(counted)]
CountedAgain = Annotated[int, Depends(counted, use_cache=False)]


@app.get("/cached/once")
async def once(first: Counted, second: Counted) -> list[int]:
    return [first, second]  # DE-44


@app.get("/cached/twice")
async def twice(first: CountedAgain, second: CountedAgain) -> list[int]:
    return [first, second]


@app.get("/cached/mixed")
async def mixed(first: Counted, second: CountedAgain, third: Counted) -> list[int]:
    return [first, second, third]


# --- guards -------------------------------------------------------------------


def is_same(given: str, right: str) -> bool:
    # In bytes: `compare_digest` raises a TypeError for text outside of ASCII.
    return secrets.compare_digest(given.encode(), right.encode())


async def verify_token(x_token: Annotated[str, Header()]) -> None:
    note("token checked")
    if not is_same(x_token, "fake-super-secret-token"):
        raise HTTPException(400, "X-Token header invalid")


async def verify_key(x_key: Annotated[str, Header()]) -> str:
    note("key checked")
    if not is_same(x_key, "fake-super-secret-key"):
        raise HTTPException(400, "X-Key header invalid")
    return x_key  # DE-17


@app.get(
    "/decorator/items/", dependencies=[Depends(verify_token), Depends(verify_key)]
)
async def decorator_items() -> list[dict[str, str]]:
    return [{"item": "Foo"}, {"item": "Bar"}]  # DE-15


@app.get("/decorator/key-reused/")
async def key_reused(key: Annotated[str, Depends(verify_key)]) -> dict[str, str]:
    return {"key": key}  # DE-17


@app.get("/decorator/pages/{number}", dependencies=[Depends(verify_token)])
async def decorator_page(number: int) -> int:
    return number  # DE-47


# ANCHOR: router
router_items = APIRouter(
    prefix="/router",
    tags=["items"],
    dependencies=[Depends(verify_token)],
    responses={404: {"description": "Not found"}},
)
# ANCHOR_END: router


@router_items.get("/items/")
async def router_list() -> list[dict[str, str]]:
    return [{"item": "Foo"}]  # DE-19


@router_items.get("/items/{item_id}")
async def router_item(item_id: str) -> dict[str, str]:
    if item_id != "foo":
        raise HTTPException(404, "Item not found")
    return {"item": "Foo"}


@router_items.get("/pages/{number}")
async def router_page(number: int) -> int:
    return number  # DE-47


app.include_router(router_items)


guarded = FastAPI(dependencies=[Depends(verify_token), Depends(verify_key)])


@guarded.get("/items/")
async def global_items() -> list[dict[str, str]]:
    return [{"item": "Portal Gun"}, {"item": "Plumbus"}]  # DE-18


@guarded.get("/users/")
async def global_users() -> list[dict[str, str]]:
    return [{"username": "Rick"}, {"username": "Morty"}]


app.mount("/global", guarded)


# --- arguments from path, query and body --------------------------------------


class Window(BaseModel):
    offset: int
    limit: int


async def request_parameters(  # DE-39: untyped parameters are strings
    path_param, query_param, my_request: Window
) -> dict[str, Any]:
    note(f"{path_param=} {query_param=} {my_request=}")
    return {
        "path_param": path_param,
        "query_param": query_param,
        "my_request": my_request,
    }


@app.api_route("/params/test/{path_param}", methods=["GET", "POST"])
async def params_test(
    my_request: Window, dep: Annotated[dict, Depends(request_parameters)]
) -> dict[str, Any]:
    return {"my_request": my_request, "dep": dep}


async def query_dependency(query_param: str) -> str:
    return query_param


@app.get("/query-only/test")
async def query_only(dep: Annotated[str, Depends(query_dependency)]) -> dict[str, str]:
    return {"response": dep}  # DE-40


# --- bounds, patterns and rules -----------------------------------------------


# ANCHOR: checked
class Prices(BaseModel):
    min: Annotated[float, Field(gt=0)]
    max: Annotated[float, Field(gt=0)]

    @model_validator(mode="after")
    def is_in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError("min is more than max")
        return self  # DE-73


@app.post("/checked/shops/{shop_id}")
async def search(
    shop_id: Annotated[int, Path(ge=1)],
    currency: Annotated[str, Query(max_length=3, pattern="^[A-Z]+$")],
    prices: Prices,
) -> dict[str, Any]:
    return {"shop_id": shop_id, "currency": currency, "prices": prices}  # DE-72
# ANCHOR_END: checked


# --- an instance --------------------------------------------------------------


class FixedContentQueryChecker:
    def __init__(self, fixed_content: str) -> None:
        self.fixed_content = fixed_content

    def __call__(self, q: str = "") -> bool:
        return self.fixed_content in q  # DE-41


checker = FixedContentQueryChecker("bar")  # DE-43: configured once
foo_checker = FixedContentQueryChecker("foo")


@app.get("/callable/query-checker/")
async def query_checker(included: Annotated[bool, Depends(checker)]) -> dict[str, bool]:
    return {"fixed_content_in_query": included}


@app.get("/callable/query-checker-foo/")
async def query_checker_foo(
    included: Annotated[bool, Depends(foo_checker)],
) -> dict[str, bool]:
    return {"fixed_content_in_query": included}


# --- overrides ----------------------------------------------------------------

SESSIONS = {"token-of-alice": "alice"}


# ANCHOR: current-user
async def current_user(x_token: Annotated[str, Header()]) -> str:
    if x_token not in SESSIONS:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "APIKey"})
    return SESSIONS[x_token]
# ANCHOR_END: current-user


@app.get("/override/me")
async def me(user: Annotated[str, Depends(current_user)]) -> dict[str, str]:
    return {"user": user}  # DE-49


# --- a scope around the handler: function scope -------------------------------


# ANCHOR: get-session
async def get_session() -> AsyncIterator[str]:
    note("session opened")
    try:
        yield "session"
    except Exception:
        note("session rolled back")
        raise
    else:
        note("session committed")
    finally:
        note("session closed")
# ANCHOR_END: get-session


# DE-51: closed when the handler is over, before anything is sent.
Session = Annotated[str, Depends(get_session, scope="function")]


@app.get("/scope-function/items/{item_id}")
async def scope_function(item_id: str, session: Session) -> dict[str, str]:
    note("handler")
    if item_id == "http":
        raise HTTPException(404)
    return {"item_id": item_id, "session": session}


@app.get("/scope-function/crash")
async def scope_crash(session: Session) -> str:
    note("handler")
    return [][0]  # DE-71: a bug


async def swallow() -> AsyncIterator[str]:
    try:
        yield "session"
    except Exception:
        note("swallowed")  # DE-52


@app.get("/scope-function/swallowed")
async def scope_swallowed(
    session: Annotated[str, Depends(swallow, scope="function")],
) -> str:
    raise HTTPException(404)


@contextmanager
def guard(name: str) -> Iterator[None]:
    note(f"{name} opened")
    try:
        yield
    finally:
        note(f"{name} closed")


@app.get("/scope-guard/items/{item_id}")
async def scope_guard(item_id: str) -> str:
    with guard("a"), guard("b"):
        note("handler")
        if item_id == "http":
            raise HTTPException(404)
        return ["zero", "one"][int(item_id)]  # DE-53: no item 2 is a bug


async def returned_too_early() -> str:
    with guard("guard"):
        return "closed"  # DE-54: `return` leaves the block; `yield` would not


@app.get("/scope-guard/too-early")
async def scope_guard_too_early(
    value: Annotated[str, Depends(returned_too_early)],
) -> str:
    note("handler")
    return value


@app.get("/scope-guard/slow")
async def scope_guard_slow(session: Session) -> str:
    with guard("guard"):
        await asyncio.sleep(ticks(5))  # DE-64: not cancelled
        return "done"


async def get_lease() -> AsyncIterator[str]:
    note("lease opened")
    yield "lease"
    note("lease closed")


async def two_pieces() -> AsyncIterator[str]:
    for number in (1, 2):
        note(f"piece {number}")
        yield f"piece {number};"


@app.get("/scope-layer/stream")
async def scope_layer(
    lease: Annotated[str, Depends(get_lease, scope="function")],
) -> StreamingResponse:
    note(f"handler with {lease}")
    return StreamingResponse(two_pieces())  # DE-55


# --- a limit for the handler --------------------------------------------------


@app.get("/time-limit/endless")
async def endless() -> Response:
    with guard("guard"):
        try:
            async with asyncio.timeout(ticks(2)):
                await asyncio.Event().wait()  # nobody sets it
        except TimeoutError:
            return Response(status_code=503)  # DE-67
    return Response()


async def late_pieces() -> AsyncIterator[str]:
    for number in (1, 2):
        await asyncio.sleep(ticks(3))
        yield f"piece {number};"


@app.get("/time-limit/stream")
async def slow_stream() -> StreamingResponse:
    async with asyncio.timeout(ticks(2)):
        return StreamingResponse(late_pieces())  # DE-67: the answer is in time


# --- the body, read before the handler ----------------------------------------


async def note_length(request: Request) -> None:
    body = await request.body()  # FastAPI has it already
    note(f"{len(body)} bytes")


class Spanner(BaseModel):
    size: int


@app.post("/read-body/items", dependencies=[Depends(note_length)], max_body_size=1024)
async def create_spanner(spanner: Spanner) -> Spanner:
    return spanner  # DE-68


# --- the code after the yield -------------------------------------------------


# ANCHOR: get-db
async def get_db() -> AsyncIterator[str]:
    note("db opened")
    yield "db"
    note("db closed")  # DE-21: skipped if the handler raises
# ANCHOR_END: get-db


@app.get("/yield-plain/items/{item_id}")
async def plain(item_id: str, db: Annotated[str, Depends(get_db)]) -> dict[str, str]:
    note("handler")
    if item_id == "http":
        raise HTTPException(404)
    return {"item_id": item_id, "db": db}  # DE-20, DE-22


async def get_guarded_db() -> AsyncIterator[str]:
    note("db opened")
    try:
        yield "db"
    finally:
        note("db closed")  # DE-26


GuardedDb = Annotated[str, Depends(get_guarded_db)]


@app.get("/yield-finally/items/{item_id}")
async def with_finally(item_id: str, db: GuardedDb) -> dict[str, str]:
    note("handler")
    if item_id == "http":
        raise HTTPException(404)
    return {"item_id": item_id, "db": db}


async def get_a() -> AsyncIterator[str]:
    note("a opened")
    try:
        yield "a"
    finally:
        note("a closed")


async def get_b(a: Annotated[str, Depends(get_a)]) -> AsyncIterator[str]:
    note("b opened")
    try:
        yield "b"
    finally:
        note(f"b closed using {a}")


async def get_c(b: Annotated[str, Depends(get_b)]) -> AsyncIterator[str]:
    note("c opened")
    try:
        yield "c"
    finally:
        note(f"c closed using {b}")


@app.get("/yield-chain/items")
async def chain(c: Annotated[str, Depends(get_c)]) -> str:
    note("handler")
    return c


@app.get("/yield-chain/crash")
async def chain_crash(c: Annotated[str, Depends(get_c)]) -> str:
    note("handler")
    raise RuntimeError("crashed")  # DE-23


async def get_failing(b: Annotated[str, Depends(get_b)]) -> AsyncIterator[str]:
    note("failing opened")
    yield "failing"
    note("failing does not close")
    raise RuntimeError("cannot close")  # DE-56


@app.get("/yield-chain/teardown-fails")
async def chain_teardown_fails(failing: Annotated[str, Depends(get_failing)]) -> str:
    note("handler")
    return failing


async def get_slow() -> AsyncIterator[str]:
    note("opened")
    try:
        yield "db"
    finally:
        await asyncio.sleep(ticks(1))
        note("closed")


RequestScope = Annotated[str, Depends(get_slow)]
FunctionScope = Annotated[str, Depends(get_slow, scope="function")]


@app.get("/yield-timing/after-response")
async def after_response(db: RequestScope) -> str:
    return db


async def slow_pieces() -> AsyncIterator[str]:
    for number in (1, 2):
        await asyncio.sleep(ticks(2))  # longer than the teardown takes
        note(f"piece {number}")
        yield f"piece {number};"


@app.get("/yield-timing/stream")
async def after_stream(db: RequestScope) -> StreamingResponse:
    return StreamingResponse(slow_pieces())


@app.get("/yield-timing/function-scope")
async def before_response(db: FunctionScope) -> str:
    return db


@app.get("/yield-timing/slow-refusal")
async def slow_refusal(db: RequestScope) -> str:
    raise HTTPException(404)  # DE-63: answered when the teardown is over


async def slow_task() -> None:
    await asyncio.sleep(ticks(1))
    note("task")


@app.get("/yield-timing/background")
async def after_tasks(db: GuardedDb, tasks: BackgroundTasks) -> str:
    note("handler")
    tasks.add_task(slow_task)
    return db


@app.get("/yield-timing/invalid")
async def invalid(db: GuardedDb, number: int) -> int:
    return number  # DE-45


# --- the error, seen by the dependency ----------------------------------------


async def except_other() -> AsyncIterator[None]:
    try:
        yield
    except ValueError:
        note("caught")


async def no_try() -> AsyncIterator[None]:
    yield


async def swallow_http() -> AsyncIterator[None]:
    try:
        yield
    except HTTPException:
        note("swallowed HTTPException")


async def reraise_http() -> AsyncIterator[None]:
    try:
        yield
    except HTTPException:
        note("reraised HTTPException")
        raise


async def not_found() -> None:
    raise HTTPException(404)


for path, dependency in {
    "/yield-http-other-except/items": except_other,  # DE-27
    "/yield-http-no-try/items": no_try,  # DE-28
    "/yield-http-swallowed/items": swallow_http,  # DE-29
    "/yield-http-reraised/items": reraise_http,  # DE-29
}.items():
    app.get(path, dependencies=[Depends(dependency)])(not_found)


async def answer() -> AsyncIterator[None]:
    try:
        yield
    except Exception:
        raise HTTPException(500, "Catch Exception")


async def reraise() -> AsyncIterator[None]:
    try:
        yield
    except Exception:
        note("reraised Exception")
        raise


async def swallow_error() -> AsyncIterator[None]:
    try:
        yield
    except Exception:
        note("swallowed Exception")


async def broken() -> None:
    raise Exception("the handler is broken")


for path, dependency in {
    "/yield-catch-answer/items": answer,  # DE-25
    "/yield-error-no-try/items": no_try,  # DE-30
    "/yield-error-reraised/items": reraise,  # DE-31
    "/yield-error-other-except/items": except_other,  # DE-32
    "/yield-error-swallowed/items": swallow_error,  # DE-32
}.items():
    app.get(path, dependencies=[Depends(dependency)])(broken)


class InternalError(Exception):
    def __init__(self) -> None:
        super().__init__("Internal Error")


async def swallow_internal() -> AsyncIterator[None]:
    try:
        yield
    except InternalError:
        note("swallowed InternalError")  # DE-33


async def reraise_internal() -> AsyncIterator[None]:
    try:
        yield
    except InternalError:
        note("reraised InternalError")
        raise  # DE-34


async def convert_internal() -> AsyncIterator[None]:
    try:
        yield
    except InternalError as error:
        raise HTTPException(400, f"converted: {error}") from error  # DE-36


async def fails_inside() -> None:
    raise InternalError


for path, dependency in {
    "/yield-internal-swallowed/items": swallow_internal,
    "/yield-internal-reraised/items": reraise_internal,
    "/yield-internal-converted/items": convert_internal,
}.items():
    app.get(path, dependencies=[Depends(dependency)])(fails_inside)


# --- only one response --------------------------------------------------------


async def yields_twice() -> AsyncIterator[str]:
    yield "first"
    yield "second"  # DE-20: RuntimeError, when the client has its answer


async def refuse_before() -> AsyncIterator[str]:
    raise HTTPException(401, "before the yield", {"WWW-Authenticate": "APIKey"})
    yield "value"


async def refuse_after() -> AsyncIterator[str]:
    yield "value"
    note("refusing after the yield")
    raise HTTPException(418, "after the yield")  # DE-37: too late


async def crash_after() -> AsyncIterator[str]:
    yield "value"
    note("crashing after the yield")
    raise RuntimeError("crashed after the yield")


for path, dependency in {
    "/one-response/yields-twice": Depends(yields_twice),
    "/one-response/refuse-before": Depends(refuse_before),
    "/one-response/refuse-after": Depends(refuse_after),
    "/one-response/crash-after": Depends(crash_after),
    "/one-response/refuse-after-function-scope": Depends(refuse_after, scope="function"),
}.items():

    @app.get(path)
    async def one_response(value: Annotated[str, dependency]) -> str:
        return value


class Manager:
    async def __aenter__(self) -> Self:
        note("db opened")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        note(f"exit called with {error}")
        note("db closed")


async def get_managed_db() -> AsyncIterator[str]:
    async with Manager():
        yield "db"


@app.get("/yield-manager/items/{item_id}")
async def managed(
    item_id: str, db: Annotated[str, Depends(get_managed_db)]
) -> dict[str, str]:
    note("handler")
    if item_id == "http":
        raise HTTPException(404)
    return {"item_id": item_id, "db": db}  # DE-38


# --- what else can end a request ----------------------------------------------


async def get_watching() -> AsyncIterator[str]:
    try:
        yield "value"
    except RequestValidationError:
        note("saw an invalid request")  # DE-59
        raise
    except Exception as error:
        note(f"saw {error}")  # DE-57, DE-58
        raise
    else:
        note("saw no error")


Watching = Annotated[str, Depends(get_watching)]


def failing_task() -> None:
    raise RuntimeError("the task failed")


@app.get("/yield-endings/task-fails")
async def task_fails(value: Watching, tasks: BackgroundTasks) -> str:
    tasks.add_task(failing_task)
    return value


async def breaking() -> AsyncIterator[str]:
    yield "piece 1;"
    raise RuntimeError("no piece 2")


@app.get("/yield-endings/stream-breaks")
async def stream_breaks(value: Watching, tasks: BackgroundTasks) -> StreamingResponse:
    tasks.add_task(note, "task")
    return StreamingResponse(breaking())


async def endless() -> AsyncIterator[str]:
    while True:
        yield "piece;"
        await asyncio.sleep(ticks(1))


@app.get("/yield-endings/endless")
async def client_leaves(value: Watching, tasks: BackgroundTasks) -> StreamingResponse:
    tasks.add_task(note, "task")  # DE-60: runs, although the client has left
    return StreamingResponse(endless())


@app.get("/yield-endings/invalid")
async def ends_invalid(value: Watching, number: int) -> int:
    return number


@app.get("/yield-endings/teapot")
async def teapot(value: Watching) -> JSONResponse:
    return JSONResponse("a teapot", status_code=418)  # DE-62: returned, not raised


@app.get("/yield-timing/slow-handler")
async def slow_handler(db: GuardedDb) -> str:
    await asyncio.sleep(ticks(5))
    note("handler finished")  # DE-46: also if the client has left
    return db


@app.get("/yield-timing/slow-handler-dropped")
async def slow_handler_dropped(value: Watching) -> str:
    return await slow_handler("db")
