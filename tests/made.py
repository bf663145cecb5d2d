"""Records with what is dull filled in: a test names what matters to it and nothing else. Times are UTC unless said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from hub.derive.derivation import Derivation
from hub.derive.joins import Joins
from hub.index.files import open_writer
from hub.index.write import Writer
from hub.records.catalogue import CatalogueRecord, Format
from hub.records.civic import Hearing
from hub.records.climate import ClimateAction
from hub.records.core import LocalizedText, Point, Record, Ref, Span
from hub.records.events import Event, Keyword
from hub.records.participation import (
    Budget,
    BudgetingArea,
    BudgetingProcess,
    BudgetProject,
    Proposal,
    ProposalStage,
    Result,
)
from hub.records.places import Area, AreaKind, DayState, Identifier, Library, OpeningDay, OpenTime, Place, TimeKind
from hub.records.spaces import BookingHours, BookingRules, Busy, BusyTimes, Space, SpaceKind
from hub.records.use import SpaceUse, use_told

HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)  # a Sunday; eleven o'clock in Helsinki
RANKS: Mapping[str, int] = {"sm": 10, "ki": 20, "va": 30, "le": 40, "fi": 50, "de": 60}
Boundary: TypeAlias = tuple[tuple[tuple[tuple[float, float], ...], ...], ...]
NO_JOINS = Joins(tprek_of_kirkanta={}, kirkanta_of_building={}, tprek_of_building={})


def fi(text: str | None) -> LocalizedText | None:
    return None if text is None else LocalizedText(fi=text)


def text(said: str) -> LocalizedText:
    return LocalizedText(fi=said)


def at(hour: float, *, day: int = 0) -> datetime:
    """So many hours after the midnight (UTC) of the day that NOW is in, or of another one."""
    return datetime(2026, 11, 22, tzinfo=UTC) + timedelta(days=day, hours=hour)


def span(start: float, end: float, *, day: int = 0) -> Span:
    return Span(starts_at=at(start, day=day), ends_at=at(end, day=day))


def unit(key: str, name: str | None = "Talo", *, kirkanta: Iterable[str] = (), **more: Any) -> Place:
    """A unit of the service register: its key is its number there."""
    more.setdefault("tprek_id", key)
    identifiers = tuple(Identifier(namespace="kirkanta", value=value) for value in kirkanta)
    return Place(ref=Ref("place", "sm", key), read_at=NOW, name=fi(name), identifiers=identifiers, **more)


def place(key: str, name: str | None = "Paikka", *, source: str = "le", **more: Any) -> Place:
    return Place(ref=Ref("place", source, key), read_at=NOW, name=fi(name), **more)


def library(key: str, name: str | None = "Kirjasto", *, source: str = "ki", **more: Any) -> Library:
    return Library(ref=Ref("library", source, key), read_at=NOW, name=fi(name), **more)


def square(west: float, south: float, side: float = 0.1) -> Boundary:
    """The boundary of a square, in degrees."""
    east, north = west + side, south + side
    return ((((west, south), (east, south), (east, north), (west, north), (west, south)),),)


def area(
    key: str, kind: AreaKind = AreaKind.NEIGHBOURHOOD, *, name: str | None = None, source: str = "sm", **more: Any
) -> Area:
    """`key` is the last part of its OCD id."""
    word = {
        AreaKind.NEIGHBOURHOOD: "kaupunginosa",
        AreaKind.SUB_DISTRICT: "osa-alue",
        AreaKind.DISTRICT: "peruspiiri",
        AreaKind.MAJOR_DISTRICT: "suurpiiri",
    }[kind]
    whole = f"{word}:{key}"
    return Area(
        ref=Ref("area", source, whole),
        read_at=NOW,
        name=LocalizedText(fi=name or key.capitalize()),
        area_kind=kind,
        ocd_id=f"ocd-division/country:fi/kunta:helsinki/{whole}",
        **more,
    )


def event(
    key: str,
    name: str | None = "Satutunti",
    *,
    source: str = "le",
    at_place: str | Ref | None = None,
    series: str | None = None,
    keywords: Iterable[str] = (),
    **more: Any,
) -> Event:
    """From NOW, an hour long. `at_place`, `series` and `keywords` are keys of the same source."""
    more.setdefault("starts_at", NOW)
    more.setdefault("ends_at", None if more["starts_at"] is None else more["starts_at"] + timedelta(hours=1))
    return Event(
        ref=Ref("event", source, key),
        read_at=NOW,
        name=fi(name),
        place=Ref("place", source, at_place) if isinstance(at_place, str) else at_place,
        series=None if series is None else Ref("event", source, series),
        keywords=tuple(Ref("keyword", source, keyword) for keyword in keywords),
        **more,
    )


def keyword(key: str, name: str = "musiikki", *, source: str = "le") -> Keyword:
    return Keyword(ref=Ref("keyword", source, key), read_at=NOW, name=fi(name))


def hearing(key: str, title: str = "Kuuleminen", **more: Any) -> Hearing:
    return Hearing(ref=Ref("hearing", "kk", key), read_at=NOW, title=fi(title), **more)


def space(key: str, name: str | None = "Huone", *, at_place: str | Ref | None = None, **more: Any) -> Space:
    """Bookable by the quarter of an hour; `at_place`: a key of the booking system's own, or a reference."""
    more.setdefault("space_kind", SpaceKind.ROOM)
    more.setdefault("rules", BookingRules(min_duration=timedelta(minutes=15)))
    more.setdefault("is_bookable", True)
    return Space(
        ref=Ref("space", "va", key),
        read_at=NOW,
        name=fi(name),
        place=Ref("place", "va", at_place) if isinstance(at_place, str) else at_place,
        **more,
    )


MONTH = Span(starts_at=at(0), ends_at=at(0, day=30))


def hours(key: str, *spans: Span, window: Span = MONTH, known: bool = True) -> BookingHours:
    """`known` False: the source has no hours for it."""
    return BookingHours(
        ref=Ref("booking_hours", "va", key),
        read_at=NOW,
        space=Ref("space", "va", key),
        window=window,
        spans=spans if known else None,
    )


def busy(key: str, *taken: Span | Busy, window: Span = MONTH) -> BusyTimes:
    made = tuple(b if isinstance(b, Busy) else Busy(starts_at=b.starts_at, ends_at=b.ends_at) for b in taken)
    return BusyTimes(
        ref=Ref("busy_times", "va", key), read_at=NOW, space=Ref("space", "va", key), window=window, busy=made
    )


def use(
    key: str, first: date, *spans: Span, taken: Iterable[Span | Busy] = (), days: int = 28, **more: Any
) -> SpaceUse:
    """So many days of a space from Helsinki's midnight of `first` on."""
    start, end = (datetime.combine(day, time(), HELSINKI).astimezone(UTC) for day in (first, first + timedelta(days)))
    window = Span(starts_at=start, ends_at=end)
    told = use_told(hours(key, *spans, window=window, **more), busy(key, *taken, window=window))
    return replace(told, ref=Ref("space_use", "va", f"{key}/{first}"))


def opening_day(
    of: str | Ref, on: date, *times: Span, state: DayState | None = None, source: str = "ki", **more: Any
) -> OpeningDay:
    """`of`: the key of a library of `source`, or a reference. Without times: closed, unless `state` says otherwise."""
    whose = Ref("library", source, of) if isinstance(of, str) else of
    return OpeningDay(
        ref=Ref("opening_day", whose.source, f"{whose.key}/{on.isoformat()}"),
        read_at=NOW,
        place=whose,
        date=on,
        state=state or (DayState.OPEN if times else DayState.CLOSED),
        times=tuple(OpenTime(opens=t.starts_at, closes=t.ends_at, kind=TimeKind.STAFFED) for t in times),
        **more,
    )


def thing(key: str, name: str = "Porakone", *branches: str, **more: Any) -> CatalogueRecord:
    more.setdefault("format", Format.OBJECT)
    return CatalogueRecord(
        ref=Ref("catalogue_record", "fi", key), read_at=NOW, title=LocalizedText(fi=name), branches=branches, **more
    )


def climate_action(key: str, name: str = "Toimenpide", **more: Any) -> ClimateAction:
    more.setdefault("status_key", "ON_TIME")
    more.setdefault("is_completed", False)
    return ClimateAction(
        ref=Ref("climate_action", "kw", f"plan:{key}"), read_at=NOW, identifier=key, name=fi(name), **more
    )


def process(key: str, title: str = "Kierros", **more: Any) -> BudgetingProcess:
    return BudgetingProcess(ref=Ref("budgeting_process", "de", key), read_at=NOW, title=fi(title), **more)


def scope(key: str, name: str | None = None, **more: Any) -> BudgetingArea:
    """A part of the city by the budgeting service's own division."""
    return BudgetingArea(ref=Ref("budgeting_area", "de", key), read_at=NOW, name=fi(name or key), **more)


def civic(kind: str, key: str | None) -> Ref | None:
    return None if key is None else Ref(kind, "de", key)


def budget(key: str, *, of: str | None = "1", scope: str | None = None, title: str = "Budjetti") -> Budget:
    return Budget(
        ref=Ref("budget", "de", key),
        read_at=NOW,
        title=fi(title),
        process=civic("budgeting_process", of),
        area=civic("budgeting_area", scope),
    )


def project(
    key: str, title: str = "Hanke", *, linked: Iterable[str] = (), scope: str | None = None, **more: Any
) -> BudgetProject:
    """`linked`: keys of proposals ("plan:1")."""
    return BudgetProject(
        ref=Ref("budget_project", "de", key),
        read_at=NOW,
        title=fi(title),
        area=civic("budgeting_area", scope),
        linked=tuple(Ref("proposal", "de", other) for other in linked),
        **more,
    )


def proposal(
    key: str, title: str = "Ehdotus", *, linked: Iterable[str | Ref] = (), scope: str | None = None, **more: Any
) -> Proposal:
    """`key` has its stage in front ("idea:1"); `linked`: keys of proposals, or references."""
    return Proposal(
        ref=Ref("proposal", "de", key),
        read_at=NOW,
        stage=ProposalStage(key.partition(":")[0].upper()),
        title=fi(title),
        area=civic("budgeting_area", scope),
        linked=tuple(other if isinstance(other, Ref) else Ref("proposal", "de", other) for other in linked),
        **more,
    )


def result(key: str, title: str = "Tulos", *, linked: Iterable[str] = (), **more: Any) -> Result:
    """`linked`: keys of projects."""
    return Result(
        ref=Ref("result", "de", key),
        read_at=NOW,
        title=fi(title),
        linked=tuple(Ref("budget_project", "de", other) for other in linked),
        **more,
    )


def spot(lat: float, lon: float) -> Point:
    return Point(lat=lat, lon=lon)


# ---- an index to put them into


def derivation(joins: Joins = NO_JOINS, ranks: Mapping[str, int] = RANKS) -> Derivation:
    return Derivation(joins=joins, ranks=ranks)


def in_memory(joins: Joins = NO_JOINS, *, derive: Derivation | None = None) -> Writer:
    """A writer without a file, for what nobody else is to read."""
    return Writer(Path(":memory:"), now=lambda: NOW, derive=derive or derivation(joins), synchronous="OFF")


def in_folder(folder: Path, joins: Joins = NO_JOINS, *, derive: Derivation | None = None) -> Writer:
    """A writer whose file an Index on the same folder reads."""
    return open_writer(folder, now=lambda: NOW, derive=derive or derivation(joins), synchronous="OFF")


def put(writer: Writer, *records: Record) -> None:
    """In one transaction."""
    with writer.transaction():
        counts = writer.put(records)
    assert not counts.refused, counts.refused


def withdraw(writer: Writer, *refs: Ref) -> None:
    with writer.transaction():
        writer.withdraw(refs)


def number_of(writer: Writer, wanted: Ref | Record) -> int:
    """The row number of a record that is there or was referred to."""
    known = wanted if isinstance(wanted, Ref) else wanted.ref
    rows = writer.connection.execute(
        "SELECT rid FROM record WHERE kind = ? AND source = ? AND key = ?", (known.kind, known.source, known.key)
    ).fetchall()
    return int(rows[0][0])
