"""What the lesson claims about overriding in FastAPI. Run by pytest: see README.md."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from fastapi_app import app, current_user

client = TestClient(app)


# ANCHOR: override
@pytest.fixture
def everybody_is_bob() -> Iterator[None]:
    app.dependency_overrides[current_user] = lambda: "bob"
    yield
    # The app is a global: what a test leaves in it, the next one finds.
    app.dependency_overrides.clear()


def test_de_49_an_override_replaces_the_function(everybody_is_bob: None) -> None:
    response = client.get("/override/me", headers={"X-Token": "any"})
    assert response.json() == {"user": "bob"}
# ANCHOR_END: override


def test_de_49_it_ends_with_the_fixture() -> None:
    response = client.get("/override/me", headers={"X-Token": "any"})
    assert response.status_code == 401


def test_de_50_the_old_parameters_are_not_asked_for(everybody_is_bob: None) -> None:
    assert client.get("/override/me").json() == {"user": "bob"}


def test_de_50_the_new_parameters_are() -> None:
    app.dependency_overrides[current_user] = lambda name: name
    try:
        assert client.get("/override/me").status_code == 422
        response = client.get("/override/me", params={"name": "carol"})
        assert response.json() == {"user": "carol"}
    finally:
        app.dependency_overrides.clear()
