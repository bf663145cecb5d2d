"""The made neighbouring library: some of the city's works once more, as copies on the shelves of two libraries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from hub.sandbox.city import City, MadeWork
from hub.sandbox.koha.credentials import CREDENTIALS
from hub.sandbox.koha.standin import Row, Rows
from hub.sandbox.making.chance import share
from hub.sandbox.making.neighbour import LIBRARIES, neighbours

LENT: Final = 0.4  # of all copies
MOVED: Final = 0.1  # of those that are in, as far as Koha's own endpoints tell
NOT_FOR_LOAN: Final = 0.1


def made(city: City) -> Rows:
    items = tuple(item for work in neighbours(city) for item in _items(work, city.today))
    lent = [item for item in items if item["checked_out_date"] is not None]
    free = [item for item in items if item["checked_out_date"] is None and not item["not_for_loan_status"]]
    return Rows(
        items=items,
        libraries=tuple(
            {
                "library_id": code,
                "name": name,
                "address1": None,
                "postal_code": None,
                "city": "Naapuri",
                "country": "Finland",
                "pickup_location": True,
                "url": None,
            }
            for code, (name, _) in LIBRARIES.items()
        ),
        credentials=CREDENTIALS.read_text(encoding="utf-8").strip(),
        due={item["item_id"]: f"{_due(item):%Y-%m-%d}T23:59:00+02:00" for item in lent},
        holds={item["item_id"]: int(_chance(item, "holds") * 3) for item in lent},
        moved=frozenset(item["item_id"] for item in free if _chance(item, "moved") < MOVED),
    )


def _items(work: MadeWork, today: date) -> Iterator[Row]:
    number = int(work.id.partition(".")[2])
    for position, branch in enumerate(work.branches):
        code = next(code for code, (_, building) in LIBRARIES.items() if building == branch)
        for copy in range(1 + int(share(work.id, branch, "copies") * 2)):
            which = f"{branch}{copy}"
            is_lent = share(work.id, which, "lent") < LENT
            since = today - timedelta(days=1 + int(share(work.id, which, "since") * 20))
            is_kept = not is_lent and share(work.id, which, "kept") < NOT_FOR_LOAN
            yield {
                "item_id": number * 10 + position * 5 + copy,
                "biblio_id": number,
                "external_id": f"KOHA{number}{position}{copy}",
                "callnumber": "ESINE" if work.format[0] == "0/PhysicalObject/" else "84.2",
                "home_library_id": code,
                "holding_library_id": code,
                "item_type_id": "ESINE" if work.format[0] == "0/PhysicalObject/" else "KIRJA",
                "collection_code": "AIK",
                "location": "HYLLY",
                "not_for_loan_status": 1 if is_kept else 0,
                "lost_status": 0,
                "damaged_status": 0,
                "withdrawn": 0,
                "restricted_status": None,
                "checked_out_date": since.isoformat() if is_lent else None,
                "public_notes": "Käsikirjasto" if is_kept else None,
                "serial_issue_number": None,
                "copy_number": None,
                "acquisition_date": "2018-02-01",
                "last_seen_date": f"{today - timedelta(days=2)}T12:00:00+02:00",
            }


def _due(item: Row) -> date:
    return date.fromisoformat(item["checked_out_date"]) + timedelta(days=28)


def _chance(item: Row, what: str) -> float:
    return share(f"{item['item_id']}", what)
