"""The claims (TE-…) about pytest, TestClient and HTTPX, measured.

    pytest lessons/testing
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import requires

# A tick of a second is too long for tests. The app reads this when it's imported.
os.environ.setdefault("LESSON_TICK_MS", "20")

import anyio
import fastapi.testclient
import httpx
import pytest
import starlette.testclient
from fastapi.testclient import TestClient
from httpx import ASGITransport, AsyncClient

import fastapi_app
from fastapi_app import app, catalogue, events, hour_now, items, ticks

# The fixture `pytester` runs pytest on files in a folder of their own.
pytest_plugins = ["pytester"]

TOKEN = {"X-Token": "coneofsilence"}
FOOBAR = {"id": "foobar", "title": "Foo Bar", "description": "The Foo Barters"}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """The items belong to the module, so every test has to clean up (TE-18)."""
    kept = dict(items)
    yield
    items.clear()
    items.update(kept)
    events.clear()
    catalogue.clear()
    app.dependency_overrides.clear()


# --- the client ---------------------------------------------------------------


def test_te_01_both_imports_give_the_same_class() -> None:
    assert fastapi.testclient.TestClient is starlette.testclient.TestClient


def test_te_02_the_client_is_built_on_httpx() -> None:
    assert issubclass(TestClient, httpx.Client)
    assert "requests" not in sys.modules


def test_te_02_the_import_asks_for_httpx2() -> None:
    command = [sys.executable, "-W", "always", "-c", "import fastapi.testclient"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "install `httpx2` instead" in run.stderr


def test_te_03_fastapi_brings_neither_pytest_nor_a_client() -> None:
    plain = [line for line in requires("fastapi") or [] if "extra ==" not in line]
    assert plain
    assert not [line for line in plain if line.startswith(("pytest", "httpx"))]


# ANCHOR: plain
def test_te_04_a_plain_function_and_a_plain_call() -> None:
    client = TestClient(app)
    response = client.get("/hello/")
    assert response.status_code == 200
    assert response.json() == {"msg": "Hello World"}
# ANCHOR_END: plain


def test_te_06_the_client_has_an_address_and_a_name_and_follows_redirects() -> None:
    client = TestClient(app)
    response = client.get("/hello")
    assert response.status_code == 200
    assert [step.status_code for step in response.history] == [307]
    assert response.url == "http://testserver/hello/"
    assert response.request.headers["user-agent"] == "testclient"


# --- what pytest collects -----------------------------------------------------


def test_te_05_functions_whose_names_begin_with_test_are_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        def test_one(): pass
        def testing_without_underscore(): pass
        def check_three(): assert False, "never run"
    """)
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_te_07_files_match_one_of_two_patterns(pytester: pytest.Pytester) -> None:
    one_test = "def test_it(): pass"
    for name in ["test_ok", "ok_test", "check_test_thing", "mytest", "testing_no_underscore"]:
        pytester.makepyfile(**{name: one_test})
    pytester.mkdir("sub").joinpath("test_below.py").write_text(one_test)
    run = pytester.runpytest_inprocess("-v")
    run.assert_outcomes(passed=3)
    run.stdout.fnmatch_lines_random(["test_ok.py::*", "ok_test.py::*", "*test_below.py::*"])


def test_te_44_a_test_marked_with_skip_does_not_run(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.skip(reason="takes an hour")
        def test_slow(): assert False, "never run"
    """)
    pytester.runpytest_inprocess().assert_outcomes(skipped=1)


def test_te_45_all_tests_run_on_the_main_thread(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import threading

        def test_one():
            assert threading.current_thread() is threading.main_thread()

        def test_two():
            assert threading.current_thread() is threading.main_thread()
    """)
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


# --- async tests --------------------------------------------------------------


def test_te_21_without_the_mark_an_async_test_fails(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("async def test_it(): pass")
    run = pytester.runpytest_inprocess()
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(["*async def functions are not natively supported.*"])


# ANCHOR: async
@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_te_21_with_the_mark_it_is_awaited() -> None:
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        response = await client.get("/async/")
    assert response.status_code == 200
    assert response.json() == {"message": "Tomato"}
# ANCHOR_END: async


def test_te_22_the_mark_runs_the_test_once_for_each_backend(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.anyio
        async def test_root(): pass
    """)
    run = pytester.runpytest_inprocess("-v")
    run.assert_outcomes(passed=2)
    run.stdout.fnmatch_lines_random(["*test_root?asyncio*", "*test_root?trio*"])


def test_te_23_the_async_client_no_longer_takes_an_app() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'app'"):
        AsyncClient(app=app, base_url="http://test")


@pytest.mark.anyio
async def test_te_25_the_blocking_client_answers_and_stops_the_loop() -> None:
    ticked = 0

    async def tick() -> None:
        nonlocal ticked
        while True:
            ticked += 1
            await anyio.sleep(ticks(1))

    async with anyio.create_task_group() as group:
        group.start_soon(tick)
        await anyio.sleep(0)
        before = ticked
        assert before > 0
        assert TestClient(app).get("/slow/").json() == "done"  # ten ticks
        assert ticked == before
        group.cancel_scope.cancel()


# --- start-up and shutdown ----------------------------------------------------


# ANCHOR: lifespan
def test_te_27_without_with_there_is_no_start_up() -> None:
    client = TestClient(app)
    with pytest.raises(KeyError):
        client.get("/events-started/items/foo")
    assert events == []


def test_te_28_with_runs_start_up_and_shutdown() -> None:
    for _ in range(2):
        with TestClient(app) as client:
            assert client.get("/events-started/items/foo").json() == {"name": "Fighters"}
            assert events == ["start-up: catalogue loaded"]
        assert events == ["start-up: catalogue loaded", "shutdown: catalogue released"]
        events.clear()
# ANCHOR_END: lifespan


def test_te_27_the_error_can_become_a_response() -> None:
    client = TestClient(app, raise_server_exceptions=False)
    response = client.get("/events-unstarted/items/foo")
    assert (response.status_code, response.text) == (500, "Internal Server Error")


def test_te_28_a_failed_start_up_is_raised_by_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_: str) -> None:
        raise RuntimeError("no catalogue")

    monkeypatch.setattr(fastapi_app, "note", fail)
    with pytest.raises(RuntimeError, match="no catalogue"), TestClient(app):
        pass


@pytest.mark.anyio
async def test_te_32_the_async_client_runs_no_lifespan() -> None:
    transport = ASGITransport(app=app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/hello/")).status_code == 200
    assert events == []


# --- state, overrides, tasks, streams -----------------------------------------


def test_te_18_two_clients_share_the_items() -> None:
    created = TestClient(app).post("/crud/items/", headers=TOKEN, json=FOOBAR)
    assert created.status_code == 200
    assert TestClient(app).get("/crud/items/foobar", headers=TOKEN).json() == FOOBAR


# ANCHOR: cases
@pytest.mark.parametrize(
    ("method", "path", "token", "json", "status"),
    [
        ("GET", "/crud/items/foo", "coneofsilence", None, 200),
        ("GET", "/crud/items/foo", "hailhydra", None, 400),
        ("GET", "/crud/items/baz", "coneofsilence", None, 404),
        ("POST", "/crud/items/", "coneofsilence", FOOBAR, 200),
        ("POST", "/crud/items/", "hailhydra", FOOBAR, 400),
        ("POST", "/crud/items/", "coneofsilence", FOOBAR | {"id": "foo"}, 400),
    ],
)
def test_te_30_six_cases(
    method: str, path: str, token: str, json: dict[str, str] | None, status: int
) -> None:
    client = TestClient(app, headers={"X-Token": token})
    assert client.request(method, path, json=json).status_code == status
# ANCHOR_END: cases


def test_te_49_a_test_chooses_its_clients_address() -> None:
    client = TestClient(app, client=("192.0.2.7", 4711))
    assert client.get("/client/").json() == "192.0.2.7"
    assert TestClient(app).get("/client/").json() == "testclient"


# ANCHOR: override
def test_te_31_an_override_replaces_a_dependency() -> None:
    client = TestClient(app)
    app.dependency_overrides[hour_now] = lambda: 9
    assert client.get("/greeting/").json() == {"hour": 9, "message": "Good morning"}
    # It belongs to the app, so another client sees it, too.
    assert TestClient(app).get("/greeting/").json()["hour"] == 9
    app.dependency_overrides.clear()
# ANCHOR_END: override


def test_te_31_an_overrides_parameters_are_validated() -> None:
    def chosen(hour: int) -> int:
        return hour

    app.dependency_overrides[hour_now] = chosen
    client = TestClient(app)
    assert client.get("/greeting/?hour=13").json() == {"hour": 13, "message": "Good day"}
    assert client.get("/greeting/").json()["detail"][0]["loc"] == ["query", "hour"]


def test_te_33_the_client_returns_after_the_background_task() -> None:
    response = TestClient(app).post("/background/")
    assert response.json() == "accepted"
    assert events == ["mail sent"]


def test_te_36_a_delay_takes_real_time() -> None:
    started = time.monotonic()
    TestClient(app).get("/slow/")
    assert time.monotonic() - started >= ticks(10)


@pytest.mark.anyio
async def test_te_37_an_endless_stream_never_gives_its_first_line() -> None:
    transport = ASGITransport(app=app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        with pytest.raises(TimeoutError), anyio.fail_after(ticks(20)):
            async with client.stream("GET", "/count/"):
                pytest.fail("the head is here")


def test_te_37_the_blocking_client_never_returns_either() -> None:
    call = (
        "from fastapi.testclient import TestClient; from fastapi_app import app; "
        "print('calling', flush=True); TestClient(app).get('/count/'); print('here')"
    )
    folder = os.path.dirname(__file__)
    command = [sys.executable, "-W", "ignore", "-c", call]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "calling\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=ticks(20))
        process.kill()
        assert process.stdout.read() == ""
