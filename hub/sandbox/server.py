"""The sandbox: every stand-in in one app, over the made city of the day, each breakable by hand.

    /servicemap/v2/ …           the stand-ins (`bases.py` has them all)
    GET  /_sandbox              names, paths, states and counts of requests
    POST /_sandbox/NAME?state=  ok · down (503 page) · error (500 page) · slow (&seconds=, then the answer) ·
                                garbage (another shape) · throttled (429, Retry-After: &seconds=) · gone (410)
    POST /_sandbox/varaamo/bookings?room=&start=&end=   somebody books a room (its pk), from and to with an offset

The city is made anew when the local date changes, and a stand-in's rows when it is first asked after that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.sandbox.bases import MOUNTS, bases
from hub.sandbox.city import City, MadeBooking
from hub.sandbox.generator import make_city
from hub.sandbox.making.calendar import HELSINKI
from hub.sandbox.standin import Now
from hub.sandbox.standins import STANDINS

Wait: TypeAlias = Callable[[float], Awaitable[None]]


class State(StrEnum):
    OK = "ok"
    DOWN = "down"
    ERROR = "error"
    SLOW = "slow"
    GARBAGE = "garbage"
    THROTTLED = "throttled"
    GONE = "gone"


USUAL_SECONDS = {State.SLOW: 20.0, State.THROTTLED: 30.0}
LONGEST_SECONDS = 600.0
BY_HAND = 2_000_000_000  # ids of bookings that nobody made up
PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"


class _Health(msgspec.Struct):
    """How one stand-in answers now. `seconds`: to wait (slow) or to tell (throttled)."""

    state: State = State.OK
    seconds: float = 0.0
    requests: int = 0


def sandbox(now: Now, *, wait: Wait = asyncio.sleep) -> Starlette:
    """All stand-ins and their switches. `wait`: how a slow one passes its time (tests turn it by hand)."""
    day = _Day(now)
    health = {name: _Health() for name in MOUNTS}

    async def listed(request: Request) -> Response:
        address = str(request.base_url)
        return JSONResponse(
            [{"name": name, "url": url, **msgspec.structs.asdict(health[name])} for name, url in bases(address).items()]
        )

    async def switched(request: Request) -> Response:
        name, asked = request.path_params["name"], request.query_params
        if name not in health:
            return JSONResponse({"error": f"no stand-in {name!r}: one of {', '.join(health)}"}, 404)
        try:
            state = State(asked.get("state", ""))
        except ValueError:
            return JSONResponse({"error": f"state: one of {', '.join(State)} expected"}, 400)
        try:
            seconds = float(asked.get("seconds", USUAL_SECONDS.get(state, 0.0)))
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds <= LONGEST_SECONDS:
            return JSONResponse({"error": f"seconds: a number from 0 to {LONGEST_SECONDS:.0f} expected"}, 400)
        health[name].state, health[name].seconds = state, seconds
        return JSONResponse({"name": name, **msgspec.structs.asdict(health[name])})

    async def booked(request: Request) -> Response:
        asked = request.query_params
        try:
            room, start, end = int(asked["room"]), _moment(asked["start"]), _moment(asked["end"])
        except (KeyError, ValueError) as error:
            return JSONResponse({"error": f"room, start and end expected, times with an offset: {error}"}, 400)
        if end <= start:
            return JSONResponse({"error": "end: it is not after start"}, 400)
        if not day.book(room, start, end):
            return JSONResponse({"error": f"no room {room}"}, 404)
        return JSONResponse({"room": room, "start": start.isoformat(), "end": end.isoformat()}, 201)

    mounts = [Mount(mount, _Switch(day, name, health[name], wait)) for name, (mount, _) in MOUNTS.items()]
    return Starlette(
        routes=[
            Route("/_sandbox", listed),
            Route("/_sandbox/varaamo/bookings", booked, methods=["POST"]),
            Route("/_sandbox/{name}", switched, methods=["POST"]),
            *mounts,
        ]
    )


@lru_cache(maxsize=2)
def _city(day: date) -> City:
    """Made once a day for all sandboxes of a process: a city is a value, nobody changes it."""
    return make_city(day)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    return moment.astimezone(UTC)


class _Day:
    """The city of the local date, with what was booked by hand, and the stand-ins over it."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._city: City | None = None
        self._apps: dict[str, Starlette] = {}
        self._booked: dict[int, list[MadeBooking]] = {}  # by room

    def app(self, name: str) -> Starlette:
        city = self._of_today()
        if name not in self._apps:
            self._apps[name] = STANDINS[name](city, self._now)
        return self._apps[name]

    def book(self, room: int, start: datetime, end: datetime) -> bool:
        """False: there is no such room. Whether it is free then is not asked: staff may book what is taken."""
        known = next((each for each in self._of_today().rooms if each.id == room), None)
        if known is None:
            return False
        booking = MadeBooking(
            id=BY_HAND + sum(map(len, self._booked.values())),
            starts_at=start,
            ends_at=end,
            buffer_before=known.buffer_before,
            buffer_after=known.buffer_after,
        )
        self._booked.setdefault(room, []).append(booking)
        self._city = None
        self.app("varaamo")  # made now, not while somebody waits for its answer
        return True

    def _of_today(self) -> City:
        today: date = self._now().astimezone(HELSINKI).date()
        if self._city is None or self._city.today != today:
            city = _city(today)
            rooms = tuple(
                msgspec.structs.replace(room, bookings=(*room.bookings, *self._booked.get(room.id, ())))
                for room in city.rooms
            )
            self._city = msgspec.structs.replace(city, rooms=rooms) if self._booked else city
            self._apps.clear()
        return self._city


class _Switch:
    """Before one stand-in: counts, and answers in its stead while it is broken."""

    def __init__(self, day: _Day, name: str, health: _Health, wait: Wait) -> None:
        self._day, self._name, self._health, self._wait = day, name, health, wait

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._health.requests += 1
        if self._health.state is State.SLOW:
            await self._wait(self._health.seconds)
        await self._answer()(scope, receive, send)

    def _answer(self) -> ASGIApp:
        match self._health.state:
            case State.OK | State.SLOW:
                return self._day.app(self._name)
            case State.DOWN:
                return HTMLResponse(PAGE.format("503 Service Unavailable"), 503)
            case State.ERROR:
                return HTMLResponse(PAGE.format("500 Internal Server Error"), 500)
            case State.GARBAGE:
                return JSONResponse({"surprise": ["this", "is", "another", "shape"]})
            case State.THROTTLED:
                told = {"Retry-After": f"{self._health.seconds:.0f}"}
                return PlainTextResponse("Retry later\n", 429, told)
            case State.GONE:
                return PlainTextResponse("Gone\n", 410)
