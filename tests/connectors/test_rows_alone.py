"""One row broken in any way costs that row alone: where `test_every_connector.py` has no page of rows to break.

Look-ups of copies (the three ways of a Koha, a Sierra), and collections whose rows are made of several, or of which no
recorded page has two.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.connectors.hauki import Hauki
from hub.connectors.kausal import Kausal
from hub.connectors.koha import Koha
from hub.connectors.linkedevents import LinkedEvents
from hub.connectors.rpde import Rpde
from hub.connectors.sierra import Sierra
from hub.errors import PayloadChanged
from hub.fetch import Ask, Page, Wanted
from tests.connectors import test_hauki, test_kausal, test_koha, test_linkedevents, test_rpde, test_sierra
from tests.connectors.test_every_connector import NOW, hostile, places_in, source, with_reply

Row = dict[str, Any]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, its rows, how they come, and what tells the record of one from those of the others."""

    wanted: Wanted[Page[Any]]
    rows: list[Row]
    body: Callable[[list[Row]], object]
    whose: Callable[[Any], object]


def of_koha(through: str) -> Asked:
    wanted = Koha(source("koha", options={"through": through, "catalogue": "sata."})).copies(["sata.55"])
    if through == "kohasuomi":
        sample = test_koha.sample("availability_search_plugin")
        rows = [sample["item_availabilities"][0] | {"item_id": n, "biblio_id": 55, "location": f"{n}"} for n in (1, 2)]
        return Asked(
            wanted=wanted,
            rows=rows,
            body=lambda rows: sample | {"biblio_id": 55, "items_total": 2, "item_availabilities": rows},
            whose=lambda record: record.shelf,
        )
    rows = [test_koha.sample("public_biblio_items")[0] | {"item_id": n, "location": f"{n}"} for n in (1, 2)]
    return Asked(wanted=wanted, rows=rows, body=lambda rows: rows, whose=lambda record: record.shelf)


def of_sierra() -> Asked:
    sample = test_sierra.sample("items_bib_2280900_page1")
    return Asked(
        wanted=Sierra(source("sierra")).copies(["helmet.2280900"]),
        rows=[sample["entries"][0] | {"id": f"{n}", "callNumber": f"{n}"} for n in (1, 2)],
        body=lambda rows: sample | {"total": len(rows), "entries": rows},
        whose=lambda record: record.shelf,
    )


def of_hauki() -> Asked:
    day = {"date": "2020-06-23", "times": [test_hauki.span("open", "10:00:00", "12:00:00")]}
    ask = Ask(now=datetime(2020, 6, 22, 9, tzinfo=UTC), keys=("tprek:8215", "tprek:2"))
    return Asked(
        wanted=Hauki(source("hauki")).opening_days(ask),
        rows=[test_hauki.place(day, number=number) for number in (8215, 2)],
        body=lambda rows: test_hauki.listed(*rows),
        whose=lambda record: record.place.key,
    )


def of_kausal() -> Asked:
    tasks = test_kausal.sample("action-116")["data"]["action"]["tasks"]
    return Asked(
        wanted=Kausal(source("kausal")).tasks(Ask(now=NOW)),
        rows=[{"identifier": n, "tasks": copy.deepcopy(tasks)} for n in ("1", "2")],
        body=lambda rows: test_kausal.listed(*rows),
        whose=lambda record: record.ref.key,
    )


def of_linkedevents() -> Asked:
    row = test_linkedevents.sample("event_list_courses")["data"][0]
    return Asked(
        wanted=LinkedEvents(source("linkedevents")).registrations(Ask(now=NOW)),
        rows=[
            row | {"id": n, "registration": row["registration"] | {"id": i}} for i, n in enumerate(("x:1", "x:2"), 1)
        ],
        body=lambda rows: test_linkedevents.envelope(*rows),
        whose=lambda record: record.ref.key,
    )


def of_rpde() -> Asked:
    page = test_rpde.sample()
    return Asked(
        wanted=Rpde(test_rpde.SOURCE).events(Ask(now=test_rpde.READ_AT)),
        rows=[page["items"][0] | {"id": n} for n in ("1", "2")],
        body=lambda rows: page | {"items": rows},
        whose=lambda record: record.ref.key,
    )


ASKED = {
    "rpde-event": of_rpde(),
    **{f"koha-{through}": of_koha(through) for through in ("items", "kohasuomi", "public")},
    "sierra-copies": of_sierra(),
    "hauki-opening_day": of_hauki(),
    "kausal-climate_tasks": of_kausal(),
    "linkedevents-registration": of_linkedevents(),
}


def read(asked: Asked, rows: list[Row]) -> Page[Any]:
    body = asked.body(rows)
    page = with_reply(asked.wanted, body if isinstance(body, bytes) else msgspec.json.encode(body))
    assert isinstance(page, Page)
    return page


def of(asked: Asked, whose: object, records: Iterable[Any]) -> list[Any]:
    return [record for record in records if asked.whose(record) == whose]


every = pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())


@every
def test_two_rows_are_two_records_that_can_be_told_apart(asked: Asked) -> None:
    page = read(asked, asked.rows)

    assert page.dropped == ()
    assert len({asked.whose(record) for record in page.items}) == 2


@every
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_one_field_of_a_row_the_other_stays(asked: Asked, data: st.DataObject) -> None:
    whole = read(asked, asked.rows).items
    kept = asked.whose(whole[-1])  # the second row's
    rows: list[Row] = msgspec.json.decode(msgspec.json.encode(asked.rows))  # the two share nothing
    *way, last = data.draw(st.sampled_from(list(places_in(rows[0], depth=6))), label="field")
    holder: Any = rows[0]
    for part in way:
        holder = holder[part]
    holder[last] = data.draw(hostile, label="value")

    assert of(asked, kept, read(asked, rows).items)[-1:] == of(asked, kept, whole)[-1:]


@every
def test_rows_of_another_shape_are_a_changed_payload_and_not_an_empty_page(asked: Asked) -> None:
    rows: Any = [5, "x"]
    with pytest.raises(PayloadChanged):
        read(asked, rows)
