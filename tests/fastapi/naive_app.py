"""A small API as FastAPI developers write them: the FastAPI side of tests/suite/naive_port.rs.

    uvicorn naive_app:app --app-dir tests/fastapi
"""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Item(BaseModel):
    name: str
    price: float
    quantity: int


@app.post("/items/")
async def create_item(item: Item) -> Item:
    return item


@app.get("/items/{item_id}")
async def read_items(item_id: int, limit: int) -> dict[str, Any]:
    return {"item_id": item_id, "limit": limit}
