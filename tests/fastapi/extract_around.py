"""CORS, slashes and the client's address: the FastAPI side of tests/suite/extract/around.rs."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware

router = APIRouter(prefix="/around")

cors = FastAPI()
cors.add_middleware(
    CORSMiddleware,
    allow_origins=["https://shop.example"],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)


@cors.get("/")
async def hello() -> Any:
    return {"message": "Hello"}


@router.get("/client")
async def client(request: Request) -> Any:
    assert request.client
    return {"client_host": request.client.host}


@router.get("/slash/")
async def slash() -> Any:
    return "slash"
