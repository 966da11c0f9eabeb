"""SQL: the lesson's app in FastAPI. Same routes, same claims (SQ-…) as in src/.

    DATABASE_URL=sqlite://fastapi.db uvicorn fastapi_app:app --app-dir lessons/sql
    curl -X POST localhost:8000/main/users/ --json '{"email":"anna@example.org","password":"pw"}'
"""

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from secrets import compare_digest
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import ForeignKey, create_engine, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

TICK = int(os.environ.get("LESSON_TICK_MS", "1000")) / 1000


def ticks(n: float) -> float:
    """The seconds that `n` ticks take."""
    return n * TICK


log = logging.getLogger("uvicorn.error")
events: list[str] = []


def note(line: str) -> None:
    """Write a line into the event log, and into the server's own log."""
    events.append(line)
    log.info(line)


# --- database.py --------------------------------------------------------------


def sqlalchemy_url(url: str) -> str:
    """sqlx writes sqlite://file.db, SQLAlchemy sqlite:///file.db."""
    scheme, _, file = url.partition("://")
    return f"sqlite:///{file}" if scheme == "sqlite" else url


engine = create_engine(
    sqlalchemy_url(os.environ.get("DATABASE_URL", "sqlite://lesson-sql.db")),
    # SQ-2: no `connect_args={"check_same_thread": False}`, SQLAlchemy passes it.
    pool_size=int(os.environ.get("LESSON_POOL_SIZE", "10")),
    max_overflow=0,
    pool_timeout=ticks(int(os.environ.get("LESSON_POOL_TIMEOUT", "30"))),
    echo="LESSON_ECHO" in os.environ,
)
SessionLocal = sessionmaker(autoflush=False, bind=engine)  # SQ-3


class Base(DeclarativeBase):  # SQ-4
    pass


# --- models.py ----------------------------------------------------------------


class UserRow(Base):
    __tablename__ = "users"  # SQ-5

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True, index=True)  # SQ-23
    hashed_password: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)

    items: Mapped[list["ItemRow"]] = relationship(  # SQ-7
        back_populates="owner", order_by="ItemRow.id", cascade="all, delete-orphan"
    )


class ItemRow(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(index=True)
    description: Mapped[str | None] = mapped_column(index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    owner: Mapped[UserRow] = relationship(back_populates="items")


Base.metadata.create_all(bind=engine)  # SQ-6


# --- schemas.py ---------------------------------------------------------------


class ItemCreate(BaseModel):
    title: str
    description: str | None = None


class Item(ItemCreate):
    model_config = ConfigDict(from_attributes=True)  # SQ-9

    id: int
    owner_id: int


class UserBase(BaseModel):
    email: str


class UserCreate(UserBase):  # SQ-8, SQ-24
    password: str


class User(UserBase):
    model_config = ConfigDict(from_attributes=True)

    id: int
    is_active: bool
    items: list[Item] = []


class UserUpdate(BaseModel):
    # The defaults are never used: SQ-26 takes only what was set.
    email: str = ""
    is_active: bool = True


# --- crud.py ------------------------------------------------------------------


def get_user(db: Session, user_id: int) -> UserRow | None:
    return db.get(UserRow, user_id)


def get_user_by_email(db: Session, email: str) -> UserRow | None:
    return db.scalars(select(UserRow).where(UserRow.email == email)).first()


def get_users(db: Session, skip: int, limit: int) -> list[UserRow]:
    return list(db.scalars(select(UserRow).order_by(UserRow.id).offset(skip).limit(limit)))


def create_user(db: Session, user: UserCreate) -> UserRow:
    # SQ-14: a stand-in for a hash, as in the old tutorial.
    row = UserRow(email=user.email, hashed_password=user.password + "notreallyhashed")
    db.add(row)
    before = row.id
    db.commit()
    db.refresh(row)  # SQ-13
    if before is None and row.id is not None:
        note("id unknown before commit, known after")
    return row


# --- the session --------------------------------------------------------------


# ANCHOR: session
def get_db() -> Iterator[Session]:  # SQ-15
    db = SessionLocal()
    note("session opened")
    try:
        yield db
    finally:
        db.close()
        note("session closed")


Db = Annotated[Session, Depends(get_db)]
# ANCHOR_END: session


# --- main.py ------------------------------------------------------------------


main = APIRouter(prefix="/main")


@main.post("/users/", response_model=User)
def add_user(user: UserCreate, db: Db) -> UserRow:  # SQ-22: plain `def`
    if get_user_by_email(db, user.email) is not None:
        raise HTTPException(400, "Email already registered")  # SQ-11
    return create_user(db, user)


@main.get("/users/", response_model=list[User])  # SQ-16
def read_users(db: Db, skip: int = 0, limit: int = 100) -> list[UserRow]:  # SQ-12, SQ-18
    return get_users(db, skip, limit)


@main.get("/users/{user_id}", response_model=User)
def read_user(user_id: int, db: Db) -> UserRow:  # SQ-10, SQ-17
    return existing_user(db, user_id)


def existing_user(db: Session, user_id: int) -> UserRow:
    user = get_user(db, user_id)
    if user is None:
        raise HTTPException(404, "User not found")
    return user


extra = APIRouter(prefix="/extra")


# --- a login ------------------------------------------------------------------


@extra.post("/login", response_model=User)
def login(form: Annotated[OAuth2PasswordRequestForm, Depends()], db: Db) -> UserRow:  # SQ-44
    user = get_user_by_email(db, form.username)
    stored = user.hashed_password if user else ""
    is_right = compare_digest((form.password + "notreallyhashed").encode(), stored.encode())
    if user is None or not is_right or not user.is_active:
        raise HTTPException(
            401, "Incorrect email or password", headers={"WWW-Authenticate": "Bearer"}
        )
    return user


# --- items, changes, deletion -------------------------------------------------


@extra.post("/users/{user_id}/items/", response_model=Item)
def add_item(user_id: int, item: ItemCreate, db: Db) -> ItemRow:
    row = ItemRow(title=item.title, description=item.description, owner_id=user_id)
    db.add(row)
    db.commit()  # SQ-25: SQLite does not check that there is such a user
    return row


@extra.get("/items/", response_model=list[Item])
def read_items(db: Db, skip: int = 0, limit: int = 100) -> list[ItemRow]:
    return list(db.scalars(select(ItemRow).order_by(ItemRow.id).offset(skip).limit(limit)))


@extra.get("/items/{item_id}/owner", response_model=User)
def read_owner(item_id: int, db: Db) -> UserRow:
    item = db.get(ItemRow, item_id)
    if item is None:
        raise HTTPException(404, "Item not found")
    return item.owner  # SQ-7: and back


@extra.patch("/users/{user_id}", response_model=User)
def update_user(user_id: int, changes: UserUpdate, db: Db) -> UserRow:
    user = existing_user(db, user_id)
    for name, value in changes.model_dump(exclude_unset=True).items():  # SQ-26
        setattr(user, name, value)
    try:
        db.commit()
    except IntegrityError:
        raise HTTPException(400, "Email already registered") from None
    return user


@extra.delete("/users/{user_id}", status_code=204)
def delete_user(user_id: int, db: Db) -> None:
    db.delete(existing_user(db, user_id))  # SQ-27: and the items, by `cascade`
    db.commit()


# --- one transaction ------------------------------------------------------


# ANCHOR: same-session
@extra.get("/same-session")
def same_session(first: Db, second: Db) -> dict[str, bool]:
    return {"same_within_a_request": first is second}
# ANCHOR_END: same-session


@extra.post("/users-half-done/")
def half_done(user: UserCreate, db: Db) -> None:
    db.add(UserRow(email=user.email, hashed_password=""))
    db.flush()  # the INSERT
    raise HTTPException(409, "changed my mind")  # SQ-29: and no commit


@extra.get("/export")
def export(db: Db) -> StreamingResponse:
    def lines() -> Iterator[str]:
        by_id = select(UserRow).order_by(UserRow.id)
        for user in db.scalars(by_id.execution_options(yield_per=1)):
            yield user.email + "\n"
            time.sleep(ticks(1))
        note("export done")

    return StreamingResponse(lines(), media_type="text/plain")


# --- the race -----------------------------------------------------------------


@extra.post("/users-unchecked/", response_model=User)
def add_unchecked(user: UserCreate, db: Db) -> UserRow:
    return create_user(db, user)  # SQ-19: an IntegrityError, and that is a 500


@extra.post("/users-slow-check/", response_model=User)
def add_slowly(user: UserCreate, db: Db) -> UserRow:
    if get_user_by_email(db, user.email) is not None:
        raise HTTPException(400, "Email already registered")
    note("nobody has this email")
    time.sleep(ticks(2))  # meanwhile, somebody else
    return create_user(db, user)


# --- a look inside ------------------------------------------------------------


def use_in_another_thread(connection: sqlite3.Connection) -> str:
    with ThreadPoolExecutor(1) as another:
        try:
            another.submit(connection.execute, "SELECT 1").result()
        except sqlite3.ProgrammingError as error:
            return type(error).__name__
    return "used"


@extra.get("/thread-rule")
def thread_rule() -> dict[str, object]:  # SQ-2
    _, passed = engine.dialect.create_connect_args(engine.url)
    return {
        "default": use_in_another_thread(sqlite3.connect(":memory:")),
        "check_same_thread_false": use_in_another_thread(
            sqlite3.connect(":memory:", check_same_thread=False)
        ),
        "sqlalchemy_passes_for_a_file": passed,
    }


@extra.get("/tables")
def tables() -> dict[str, object]:
    found = inspect(engine)
    return {
        table: {
            "columns": [column["name"] for column in found.get_columns(table)],
            "indexes": sorted(
                [index["name"], bool(index["unique"])] for index in found.get_indexes(table)
            ),
            "foreign_keys": [
                [key["constrained_columns"], key["referred_table"], key["referred_columns"]]
                for key in found.get_foreign_keys(table)
            ],
        }
        for table in ("items", "users")
    }


class WithoutFromAttributes(UserBase):
    pass


@extra.get("/orm-mode/{user_id}")
def orm_mode(user_id: int, db: Db) -> dict[str, str]:  # SQ-9
    row = existing_user(db, user_id)
    try:
        without = WithoutFromAttributes.model_validate(row).email
    except ValidationError as error:
        without = error.errors()[0]["type"]
    return {"with_from_attributes": User.model_validate(row).email, "without": without}


@extra.get("/users/{user_id}/stored")
def stored(user_id: int, db: Db) -> dict[str, object]:  # SQ-14
    user = existing_user(db, user_id)
    return {"hashed_password": user.hashed_password, "is_active": user.is_active}


app = FastAPI()
app.include_router(main)
app.include_router(extra)


@app.get("/ping")
async def ping() -> str:
    return "pong"


@app.get("/_events")
async def list_events() -> list[str]:
    return events


@app.delete("/_events", status_code=204)
async def clear_events() -> None:
    events.clear()
