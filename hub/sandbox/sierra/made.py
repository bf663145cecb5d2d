"""The made city's works as copies on the shelves of its branches, lent and in by chance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hub.sandbox.city import City, MadeWork
from hub.sandbox.making.chance import share
from hub.sandbox.sierra.credentials import CREDENTIALS
from hub.sandbox.sierra.standin import Row, Rows

STATUSES: Final = (  # of each hundred copies that are not lent
    ("-", "PAIKALLA", 84), ("t", "MATKALLA", 5), ("!", "NOUDETTAVISSA", 5), ("o", "KÄYTTÖ KIRJASTOSSA", 3),
    ("k", "KORJATTAVANA", 1), ("m", "KADONNUT", 2),
)  # fmt: skip
LENT: Final = 0.45  # of all copies
UPDATED: Final = "2026-11-01T08:00:00Z"


def made(city: City) -> Rows:
    names = {place.finna_code: place.short_name or place.name.fi for place in city.places if place.finna_code}
    return Rows(
        items=tuple(item for work in city.works for item in _items(work, names, city.today)),
        bibs=tuple(_bib(work) for work in city.works),
        branches=tuple(
            {
                "id": str(number),
                "name": name,
                "locations": [
                    {"code": f"{_prefix(code)}aik", "name": f"{name} aikuiset"},
                    {"code": f"{_prefix(code)}l", "name": f"{name} lapset"},
                ],
            }
            for number, (code, name) in enumerate(names.items(), 1)
        ),
        credentials=CREDENTIALS.read_text(encoding="utf-8").strip(),
    )


def _items(work: MadeWork, names: dict[str, str | None], today: date) -> Iterator[Row]:
    for branch in work.branches:
        prefix = _prefix(branch)
        is_for_children = branch.rstrip("/").endswith("l")
        name = names.get(f"{branch.rstrip('/')[:-1]}/" if is_for_children else branch) or prefix
        thing = work.format[0] == "0/PhysicalObject/"
        suffix, room = ("l", "lapset") if is_for_children else ("esi", "esineet") if thing else ("aik", "aikuiset")
        for number in range(1 + int(share(work.id, branch, "copies") * 3)):
            yield _item(work, (prefix + suffix, f"{name} {room}"), f"{branch}{number}", today)


def _item(work: MadeWork, location: tuple[str, str], which: str, today: date) -> Row:
    code, display = _status(work.id, which)
    number = f"{int(share(work.id, which, 'id') * 10**9):09}"
    status: Row = {"code": code, "display": display}
    if share(work.id, which, "lent") < LENT:
        due = today + timedelta(days=int(share(work.id, which, "due") * 35) - 4)  # a few are late
        status = {"code": "-", "display": "PAIKALLA", "duedate": f"{datetime.combine(due, time(2), UTC):%Y-%m-%dT%XZ}"}
    return {
        "id": f"5{number}",
        "updatedDate": UPDATED,
        "createdDate": UPDATED,
        "deleted": False,
        "bibIds": [_number(work)],
        "location": {"code": location[0], "name": location[1]},
        "status": status,
        "volumes": [],
        "barcode": f"300{number}",
        "callNumber": "|aESINE" if work.format[0] == "0/PhysicalObject/" else "|a84.2|b" + "".join(work.authors)[:3],
        "fixedFields": {"88": {"label": "STATUS", "value": status["code"]}},
        "varFields": [],
    }


def _status(*names: str) -> tuple[str, str]:
    point = share(*names, "status") * sum(weight for *_, weight in STATUSES)
    for code, display, weight in STATUSES:
        point -= weight
        if point < 0:
            return code, display
    return STATUSES[0][:2]


def _bib(work: MadeWork) -> Row:
    return {
        "id": _number(work),
        "updatedDate": UPDATED,
        "createdDate": UPDATED,
        "deleted": False,
        "suppressed": False,
        "title": work.title,
        "author": (work.authors or ("",))[0],
    }


def _number(work: MadeWork) -> str:
    return work.id.removeprefix("helmet.")


def _prefix(branch: str) -> str:
    """ "h55" of "2/Helmet/h/h55l/"."""
    return branch.rstrip("/").rpartition("/")[2][:3]
