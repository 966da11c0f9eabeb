"""Forms, files and parts of a body: the FastAPI side of tests/suite/extract/forms.rs.

Same routes and same names as in tests/suite/extract/forms/app.rs.

    uvicorn extract_forms:app --app-dir tests/fastapi
"""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import Body, Cookie, FastAPI, File, Form, Header, Query, UploadFile
from pydantic import BaseModel, Field

app = FastAPI()


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


Byte = Annotated[int, Field(ge=0, le=255)]  # u8


class Filter(BaseModel):
    word: str = "w"
    limit: int = 7
    tags: list[int] = []


class Strict(BaseModel):
    model_config = {"extra": "forbid"}

    word: str = "w"
    limit: int = 7


class Item(BaseModel):
    name: str
    price: float
    tax: float | None = None


class User(BaseModel):
    username: str


async def shown(file: UploadFile) -> Any:
    return {
        "filename": file.filename,
        "content_type": file.content_type,
        "size": file.size,
        "text": (await file.read()).decode("latin-1"),
    }


@app.post("/login/")
async def login(username: Annotated[str, Form()], password: Annotated[str, Form()]) -> Any:
    return locals()


@app.post("/fields/")
async def fields(
    item_id: Annotated[int, Form()],
    byte: Annotated[Byte, Form()],
    fraction: Annotated[float, Form()],
    truth: Annotated[bool, Form()],
    text: Annotated[str, Form()],
    colour: Annotated[Colour, Form()],
    numbers: Annotated[list[int], Form()],
    maybe: Annotated[int | None, Form()] = None,
    standard: Annotated[int, Form()] = 7,
    words: Annotated[list[str] | None, Form()] = None,
    pair: Annotated[tuple[int, str] | None, Form()] = None,
) -> Any:
    return locals()


@app.post("/maybe/form/")
async def maybe_form(filter: Annotated[Filter | None, Form()] = None) -> Any:
    return filter


@app.post("/strict/")
async def strict(form: Annotated[Strict, Form()]) -> Any:
    return form


@app.get("/maybe/query/")
async def maybe_query(filter: Annotated[Filter | None, Query()] = None) -> Any:
    return filter


@app.get("/maybe/header/")
async def maybe_header(filter: Annotated[Filter | None, Header()] = None) -> Any:
    return filter


@app.get("/maybe/cookie/")
async def maybe_cookie(filter: Annotated[Filter | None, Cookie()] = None) -> Any:
    return filter


@app.post("/file/")
async def file(file: UploadFile) -> Any:
    return await shown(file)


@app.post("/file/maybe/")
async def maybe_file(file: UploadFile | None = None) -> Any:
    return await shown(file) if file else None


@app.post("/files/")
async def files(files: list[UploadFile]) -> Any:
    return [await shown(file) for file in files]


@app.post("/bytes/")
async def bytes_(file: Annotated[bytes, File()]) -> Any:
    return file.decode("latin-1")


@app.post("/bytes/maybe/")
async def maybe_bytes(file: Annotated[bytes | None, File()] = None) -> Any:
    return file.decode("latin-1") if file is not None else None


@app.post("/bytes/list/")
async def list_of_bytes(files: Annotated[list[bytes], File()]) -> Any:
    return [file.decode("latin-1") for file in files]


@app.post("/mixed/")
async def mixed(
    file: Annotated[bytes, File()],
    fileb: Annotated[UploadFile, File()],
    token: Annotated[str, Form()],
    number: Annotated[int, Form()] = 1,
    more: Annotated[list[UploadFile], File()] = [],
) -> Any:
    return {
        "file": file.decode("latin-1"),
        "fileb": await shown(fileb),
        "token": token,
        "number": number,
        "more": [await shown(file) for file in more],
    }


@app.post("/several/{item_id}")
async def several(
    item_id: int,
    skip: int,
    x_token: Annotated[str, Header()],
    numbers: Annotated[list[int], Form()],
) -> Any:
    return locals()


@app.put("/parts/")
async def parts(
    item: Item,
    user: User,
    importance: Annotated[int, Body()],
    note: Annotated[str | None, Body()] = None,
    extra: Item | None = None,
    standard: Annotated[int, Body()] = 7,
) -> Any:
    return locals()


@app.put("/embed/")
async def embed(item: Annotated[Item, Body(embed=True)]) -> Any:
    return locals()


@app.put("/embed/maybe/")
async def maybe_embed(item: Annotated[Item | None, Body(embed=True)] = None) -> Any:
    return locals()
