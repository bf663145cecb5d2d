"""Events: patterns laid over ISO weeks.

What a week holds does not change when today moves. What follows the clock: an event appears when it is published and
goes when its calendar drops it; a few are cancelled or postponed some days ahead; enrolment fills up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

import msgspec

from hub.sandbox.city import MadeEvent, MadePlace, MadeSeries, Text
from hub.sandbox.making.calendar import Week, is_holiday, local, weeks
from hub.sandbox.making.chance import seeded, share
from hub.sandbox.making.names import in_languages, labelled_html
from hub.sandbox.making.patterns import PATTERNS, Calendar, Pattern, Where
from hub.sandbox.making.themes import PARTNER

Status = Literal["EventScheduled", "EventCancelled", "EventPostponed", "EventRescheduled"]

BACK, AHEAD = timedelta(days=30), timedelta(days=120)
ANNOUNCED = timedelta(days=5)  # ahead of an event that is cancelled, postponed or moved


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A pattern at one place (None: on the internet): always the same weekday and hour there."""

    pattern: Pattern
    place: MadePlace | None
    number: int  # among the pattern's places

    @property
    def slug(self) -> str:
        return f"{self.pattern.slug}-{self.place.key if self.place else 'verkko'}"

    @property
    def calendars(self) -> tuple[Calendar, ...]:
        also = self.pattern.also
        return (*self.pattern.calendars, also) if also and self.number % 3 == 0 else self.pattern.calendars


def events(places: tuple[MadePlace, ...], today: date) -> tuple[tuple[MadeEvent, ...], tuple[MadeSeries, ...]]:
    """What the calendars hold on this day, and the series they belong to; in order of pattern, place and week."""
    slots = tuple(slot for pattern in PATTERNS for slot in _slots(pattern, places))
    span = tuple(weeks(today - BACK - timedelta(days=40), today + AHEAD))  # long ones began before the window
    found: list[MadeEvent] = []
    series: dict[str, MadeSeries] = {}
    for slot in slots:
        turn = int(share(slot.slug, "turn") * slot.pattern.every)
        for week in span:
            is_together = slot.pattern.series == "umbrella"  # its parts fall into one week
            if (week.number + (0 if is_together else turn)) % slot.pattern.every == 0:
                event = _event(slot, week, today)
                if event is not None:
                    found.append(event)
                    if event.series is not None and event.series not in series:
                        series[event.series] = _series(slot, event.series, week)
    return (*found, *_near_doubles(found)), tuple(series.values())


def _slots(pattern: Pattern, places: tuple[MadePlace, ...]) -> Iterator[Slot]:
    if pattern.where is None:
        yield Slot(pattern=pattern, place=None, number=0)
        return
    for number, place in enumerate(_at(pattern.slug, pattern.where, places)):
        yield Slot(pattern=pattern, place=place, number=number)


def _at(slug: str, where: Where, places: tuple[MadePlace, ...]) -> list[MadePlace]:
    known = {place.key: place for place in places}
    named = [known[key] for key in where.named]
    fitting = [
        place
        for place in places
        if place.kind == where.kind and place.city == where.city and place.tprek is not None
        if place.in_linkedevents and place.key not in where.named
    ]
    fitting.sort(key=lambda place: share(slug, place.key))
    return named + fitting[: where.more]


def _event(slot: Slot, week: Week, today: date) -> MadeEvent | None:
    """None: not published yet, dropped already, outside the window or on a feast."""
    pattern = slot.pattern
    chance = seeded("event", slot.slug)
    day = week.day(chance.choice(pattern.weekdays))
    clock = time(chance.choice(pattern.hours), chance.choice((0, 0, 30)))
    written = chance.choice(pattern.written)
    last = day + timedelta(days=max(pattern.days - 1, 0))
    published = day - timedelta(weeks=pattern.lead, days=6)
    oldest = today - min(timedelta(weeks=pattern.keep), BACK)
    if not (published <= today and last >= oldest and day <= today + AHEAD) or (
        is_holiday(day) and not pattern.guarded
    ):
        return None
    event = f"{slot.slug}-{week.name}"
    starts = local(day) if pattern.days else local(day, clock)
    ends = local(last + timedelta(days=1)) if pattern.days else starts + timedelta(minutes=pattern.minutes)
    status, moved, told = _status(pattern, event, day, today)
    created = datetime.combine(published - timedelta(days=2), time(9, int(share(event) * 60)), UTC)
    enrolment = (
        (local(day - timedelta(days=21), time(9)), local(day - timedelta(days=1), time(12))) if pattern.places else None
    )
    postponed = status == "EventPostponed"
    place = slot.place
    return MadeEvent(
        id=event,
        calendars=slot.calendars,
        name=in_languages(pattern.name, written) if pattern.name.map().keys() & set(written.split()) else pattern.name,
        summary=in_languages(pattern.summary, written),
        description=in_languages(labelled_html(pattern.text), written),
        starts_at=None if postponed else starts + moved,
        ends_at=None if postponed else ends + moved,
        all_day=(day, last) if pattern.days and not postponed else None,
        status=status,
        type=pattern.type,
        place=place.key if place is not None else None,
        location_text=_location_text(event),
        is_online=place is None,
        organisation=pattern.organisation,
        keywords=pattern.keywords,
        audience=pattern.audience,
        languages=pattern.spoken,
        min_age=pattern.ages[0],
        max_age=pattern.ages[1],
        is_free=pattern.is_free,
        price=pattern.price,
        image=f"https://kuvat.example/{pattern.slug}.jpg" if share(slot.slug, "image") < 0.5 else None,
        enrolment=enrolment if pattern.places else None,
        capacity=pattern.places,
        remaining=_remaining(pattern.places, event, day, today),
        series=_series_id(slot, week),
        modified_at=max(created, told) if told is not None else created,
        created_at=created,
    )


def _status(pattern: Pattern, event: str, day: date, today: date) -> tuple[Status, timedelta, datetime | None]:
    """What became of it by now, by how much it moved, and when that was told."""
    lot = share(event, "status")
    if pattern.guarded or lot >= 0.07 or today < day - ANNOUNCED:
        return "EventScheduled", timedelta(0), None
    told = datetime.combine(day - ANNOUNCED - timedelta(days=1), time(12), UTC)
    if lot < 0.035:
        return "EventCancelled", timedelta(0), told
    if lot < 0.05:
        return "EventPostponed", timedelta(0), told
    return "EventRescheduled", timedelta(0) if pattern.days else timedelta(hours=1), told


def _remaining(places: int | None, event: str, day: date, today: date) -> int | None:
    """Fills evenly over the three weeks before, to a share of its own; some end full."""
    if places is None:
        return None
    filled = min(1.0, max(0.0, (21 - (day - today).days) / 21)) * (0.5 + 0.8 * share(event, "wish"))
    return max(0, places - int(places * filled))


def _location_text(event: str) -> Text:
    return Text(fi="Toinen kerros", sv="Andra våningen") if share(event, "room") < 0.15 else Text()


def _series_id(slot: Slot, week: Week) -> str | None:
    """A recurring one has a series each half-year at each place; the parts of an umbrella share one each time."""
    if slot.pattern.series is None:
        return None
    if slot.pattern.series == "umbrella":
        return f"{slot.pattern.slug}-{week.name}"
    year, number, _ = week.monday.isocalendar()
    return f"sarja-{slot.slug}-{year}-{1 if number <= 26 else 2}"


def _series(slot: Slot, series: str, week: Week) -> MadeSeries:
    pattern = slot.pattern
    is_umbrella = pattern.series == "umbrella"
    year, number, _ = week.monday.isocalendar()
    begins = week.monday if is_umbrella else date(year, 1 if number <= 26 else 7, 1)
    return MadeSeries(
        id=series,
        calendar=slot.calendars[0],
        name=Text(fi="Kirjaviikko", sv="Bokveckan", en="Book week") if is_umbrella else pattern.name,
        type="umbrella" if is_umbrella else "recurring",
        place=None if is_umbrella or slot.place is None else slot.place.key,
        organisation=pattern.organisation,
        modified_at=datetime.combine(begins - timedelta(weeks=17), time(8), UTC),  # before any of it is published
    )


def _near_doubles(found: list[MadeEvent]) -> Iterator[MadeEvent]:
    """Some of the city's language cafés again, as the partner wrote them into its own feed: another title, the same
    place and time. What joins calendars must see that they are one.
    """
    for event in found:
        is_citys_own = event.id.startswith("kielikahvila-") and event.calendars == ("linkedevents",)
        if is_citys_own and share(event.place, "double") < 0.4:
            yield msgspec.structs.replace(
                event,
                id=f"oma-{event.id}",
                calendars=("icalendar",),
                name=Text(fi=f"{event.name.fi} kirjastossa"),
                summary=Text(),
                organisation=PARTNER,
                series=None,
                image=None,
                is_free=None,
            )
