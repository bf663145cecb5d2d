"""The contract's samples: as the stand-in's rows, and as the requests that they answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from hub.sandbox.kirkanta.standin import SECTIONS, Row, Rows
from hub.sandbox.standin import Recording

SAMPLES: Final = Path(__file__).parent / "samples"
NO_SECTIONS: Final[Row] = dict.fromkeys(SECTIONS) | {"services": [], "departments": [], "pictures": []}
SELF_SERVICE: Final = datetime(2020, 6, 22, 6, tzinfo=UTC)  # nine in the morning, when liveStatus was 2
HELSINKI: Final = {"city": "15885", "limit": "2", "refs": "city,consortium"}

# The constructed samples contradict the contract's text here, and the text is followed.
ONE_DAY_ONLY: Final = ("data.schedules", "with `status` only today is sent; the constructed sample shows another day")
FINNISH_INSTEAD: Final = "Finnish where the translation is missing; the constructed sample has null"


def recorded() -> Rows:
    """Every library, day, period, city and consortium of the samples; Kallio's name and address in two languages."""
    kallio = _read("library_84860_all_sections")
    swedish = _read("library_84860_sv")["data"]
    month = _read("library_84860_schedules_month_found")
    others = [one for name in ("library_list_page1", "library_list_page2") for one in _read(name)["items"]]
    kept = {name: value for name, value in kallio["data"].items() if name not in {"schedules", "liveStatus"}}
    translated = {
        name: {"fi": kept[name], "sv": swedish[name]} for name in ("name", "shortName", "slug", "slogan", "description")
    }
    address = {
        name: {"fi": value, "sv": swedish["address"][name]} if name in {"street", "area", "city"} else value
        for name, value in kept["address"].items()
    }
    by_library: dict[int, list[Row]] = {84860: month["data"]["schedules"]}
    for day in _read("schedules_two_libraries")["items"]:
        if day["library"] != 84860:
            by_library.setdefault(day["library"], []).append({n: v for n, v in day.items() if n != "library"})
    return Rows(
        libraries=tuple(
            {**kept, **translated, "address": address} if one["id"] == 84860 else {**NO_SECTIONS, **one}
            for one in others
        ),
        days={library: tuple(days) for library, days in by_library.items()},
        periods={int(id_): one for id_, one in month["refs"]["period"].items()},
        cities={int(id_): one for id_, one in kallio["refs"]["city"].items()},
        consortia={int(id_): one for id_, one in kallio["refs"]["consortium"].items()},
    )


def recordings() -> Iterable[Recording]:
    """All of them. SOURCE.md gives the requests; where it gives none, what the answer shows was asked."""
    yield _schedules("library_84860_schedules_week_found", "2020-06-22", "2020-06-28", _edited_in_week())
    yield _schedules("library_84860_schedules_month_found", "2020-06-11", "2020-07-09", ())
    yield _recording(
        "library_84860_all_sections",
        "/library/84860",
        {"with": ",".join(["schedules", *sorted(SECTIONS)]), "refs": "city,consortium,period", "status": ""},
        now=SELF_SERVICE,
        loose=(ONE_DAY_ONLY,),
    )
    in_finnish = (("data.slogan", FINNISH_INSTEAD), ("data.description", FINNISH_INSTEAD))
    yield _recording("library_84860_sv", "/library/84860", {"lang": "sv"}, loose=in_finnish)
    yield _recording("library_list_page1", "/library", {**HELSINKI, "skip": "0"})
    yield _recording("library_list_page2", "/library", {**HELSINKI, "skip": "2"})
    yield _recording("library_list_geo", "/library", {"geo.pos": "60.1897,24.9568", "geo.dist": "2"})
    yield _recording("library_list_empty", "/library", {"name": "tällaistaeiole"})
    days = {"library": "84860,84870", "period.start": "2020-06-22", "period.end": "2020-06-24"}
    yield _recording("schedules_two_libraries", "/schedules", days)
    yield _recording("city_helsinki", "/city", {"name": "Helsinki"})
    yield _recording("consortium_helmet", "/consortium/2093", {})
    yield _recording("error_unknown_library_400", "/library/999999", {}, status=400)


def _edited_in_week() -> tuple[tuple[str, str], ...]:
    """The days of the week whose times are others in the month, which the stand-in answers from."""
    week = _read("library_84860_schedules_week_found")["data"]["schedules"]
    month = {day["date"]: day for day in _read("library_84860_schedules_month_found")["data"]["schedules"]}
    edited = [number for number, day in enumerate(week) if len(day["times"]) != len(month[day["date"]]["times"])]
    reason = "the two recordings have other times for this day: one was edited by those who kept it (SOURCE.md)"
    return tuple((f"data.schedules.{number}.times", reason) for number in edited)


def _schedules(name: str, first: str, last: str, loose: tuple[tuple[str, str], ...]) -> Recording:
    params = {"with": "schedules", "refs": "period", "period.start": first, "period.end": last}
    return _recording(name, "/library/84860", params, loose=loose)


def _recording(
    name: str,
    path: str,
    params: dict[str, str],
    *,
    status: int = 200,
    now: datetime | None = None,
    loose: tuple[tuple[str, str], ...] = (),
) -> Recording:
    suffix, media_type = ("json", "application/json") if status == 200 else ("txt", "text/plain")
    return Recording(
        name=name,
        path=path,
        query=urlencode(params),
        now=now,
        status=status,
        content_type=media_type,
        answer=(SAMPLES / f"{name}.{suffix}").read_bytes(),
        loose=loose,
    )


def _read(name: str) -> Row:
    row: dict[str, Any] = msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes())
    return row
