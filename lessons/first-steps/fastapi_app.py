"""First steps: the lesson's app in FastAPI. Same routes, same claims (FS-…) as in src/.

    uvicorn fastapi_app:app --app-dir lessons/first-steps
    curl http://127.0.0.1:8000/items/
"""

import os
from itertools import count
from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

# ANCHOR: app
app = FastAPI()


@app.get("/")
async def hello() -> str:
    return "Hello, FastAPI developer!"
# ANCHOR_END: app


class Item(BaseModel):
    name: str
    price: float
    quantity: int


class Stored(Item):
    id: int


stock: dict[int, Item] = {}
item_ids = count(1)


@app.post("/items/", status_code=201, max_body_size=4096)
async def create_item(item: Item) -> Stored:
    if len(stock) == 1000:
        raise HTTPException(507, "The stock is full")  # FS-14
    item_id = next(item_ids)
    stock[item_id] = item
    return Stored(id=item_id, **item.model_dump())


@app.get("/items/")
async def list_items() -> dict[int, Item]:
    return stock


# ANCHOR: read
@app.get("/items/{item_id}")
async def read_item(item_id: int, limit: int) -> Item:
    if item_id not in stock:
        raise HTTPException(404, "Item not found")
    item = stock[item_id]
    return item.model_copy(update={"quantity": min(item.quantity, limit)})
# ANCHOR_END: read


@app.delete("/items/{item_id}", status_code=204)
async def delete_item(item_id: int) -> None:
    if stock.pop(item_id, None) is None:
        raise HTTPException(404, "Item not found")


@app.get("/terms", response_class=PlainTextResponse)
def terms() -> str:
    # FS-9: a file that cannot be read is an exception that nobody catches.
    return Path(os.environ.get("LESSON_TERMS", "terms.txt")).read_text()
