"""What the lesson claims about FastAPI that no request can show. The suite runs it with pytest."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from fastapi_app import app, common_parameters, current_user

client = TestClient(app)


def test_de_02_a_string_is_not_a_dependency() -> None:
    other = FastAPI()
    with pytest.raises(TypeError, match="'a string' is not a callable object"):

        @other.get("/")
        async def handler(value: Annotated[str, Depends("a string")]) -> str:
            return value


@pytest.mark.parametrize("annotation", [Any, int])
def test_de_06_the_type_beside_depends_means_nothing(annotation: Any) -> None:
    other = FastAPI()

    @other.get("/")
    async def handler(commons: Annotated[annotation, Depends(common_parameters)]) -> dict:
        return commons  # a dict, whatever the annotation says

    response = TestClient(other).get("/?q=foo&skip=1")
    assert response.json() == {"q": "foo", "skip": 1, "limit": 100}


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
