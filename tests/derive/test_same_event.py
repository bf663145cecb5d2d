"""The rule for one event, held to the labelled pairs: by itself, and through the tables of an index."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.connectors.weblinks import weblink
from hub.derive import whereabouts
from hub.derive.same_event import (
    CITY_ZONE,
    Tie,
    Told,
    canonical,
    confidences,
    groups,
    is_unique,
    keys_of,
    tie,
    told_of,
)
from hub.derive.whereabouts import Where
from hub.records.core import LocalizedText, Point, Ref
from hub.records.events import Event, EventStatus, Link
from tests import made

FILE = tomllib.loads((Path(__file__).parent / "event_pairs.toml").read_text(encoding="utf-8"))
PAIRS: list[dict[str, Any]] = FILE["pair"]
PLACES: dict[str, dict[str, Any]] = FILE["places"]


def text(given: str | dict[str, str] | None) -> LocalizedText | None:
    return None if given is None else LocalizedText(**(given if isinstance(given, dict) else {"fi": given}))


def point(given: list[float] | None) -> Point | None:
    return None if given is None else Point(lat=given[0], lon=given[1])


def event_of(said: dict[str, Any], key: str) -> Event:
    """As a connector would have made it."""
    starts = datetime.fromisoformat(said["starts"]).replace(tzinfo=CITY_ZONE)
    ends = None
    if "days" in said:
        ends = starts + timedelta(days=said["days"])
    elif "minutes" in said:
        ends = starts + timedelta(minutes=said["minutes"])
    elif "until" in said:
        ends = datetime.fromisoformat(said["until"]).replace(tzinfo=CITY_ZONE)
    url = said.get("url")
    assert url is None or weblink(url) is not None, url
    return Event(
        ref=Ref("event", said["source"], said.get("key", key)),
        read_at=made.NOW,
        name=text(said["title"]),
        starts_at=starts,
        ends_at=ends,
        is_all_day="days" in said,
        status=EventStatus(said.get("status", "SCHEDULED")),
        is_series=said.get("is_series", False),
        is_online=said.get("online", False),
        place=Ref("place", "sm", said["at"]) if "at" in said else None,
        location_text=text(said.get("where")),
        location=point(said.get("point")),
        organiser_name=text(said.get("organiser")),
        url=url,
        uid=said.get("uid"),
        links=tuple(Link(url=link) for link in said.get("links", ())),
        data_source=said["key"].partition(":")[0] if "key" in said else None,
    )


def where_of(event: Event) -> Where:
    beside = whereabouts.of_words(event.location_text, event.location)
    if event.place is None:
        return beside
    known = PLACES[event.place.key]
    name = LocalizedText(**{tag: known[tag] for tag in ("fi", "sv", "en") if tag in known})
    house = whereabouts.of_place(event.place.gid, name, text(known["street"]), point(known["point"]))
    return whereabouts.at_house(house, beside)


def judged(pair: dict[str, Any]) -> Tie | None:
    events = [event_of(pair["one"], "a"), event_of(pair["other"], "b")]
    listings = [
        page
        for said in (pair["one"], pair["other"])
        if said.get("shared_url") and (page := canonical(said["url"])) is not None
    ]
    one, other = (told_of(event, where_of(event)) for event in events)
    return tie(one, other, listings)


SAME = [pair for pair in PAIRS if pair["same"]]
APART = [pair for pair in PAIRS if not pair["same"]]
FOUND = 0.85  # of the true pairs, at least
TIED = [pair for pair in SAME if judged(pair) is not None]


def ids(pairs: list[dict[str, Any]]) -> list[str]:
    return [pair["id"] for pair in pairs]


def test_the_labelled_set_is_as_large_as_it_says() -> None:
    assert len({pair["id"] for pair in PAIRS}) == len(PAIRS) >= 100
    assert len(APART) >= 50
    for labelled in (SAME, APART):
        assert sum(pair.get("held_out", False) for pair in labelled) == len(labelled) // 2


@pytest.mark.parametrize("pair", APART, ids=ids(APART))
def test_near_twins_stay_apart(pair: dict[str, Any]) -> None:
    assert judged(pair) is None, pair["why"]


@pytest.mark.parametrize("held_out", [False, True], ids=["tuned", "held-out"])
def test_most_of_the_true_pairs_are_found(held_out: bool, record_property: Callable[[str, object], None]) -> None:
    pairs = [pair for pair in SAME if pair.get("held_out", False) is held_out]
    found = [pair["id"] for pair in pairs if judged(pair) is not None]
    record_property("found", f"{len(found)} of {len(pairs)}")
    print(f"{len(found)} of {len(pairs)} true pairs found")

    assert len(found) >= FOUND * len(pairs), sorted(set(ids(pairs)) - set(found))


@pytest.mark.parametrize("pair", PAIRS, ids=ids(PAIRS))
def test_it_does_not_matter_which_is_looked_at_first(pair: dict[str, Any]) -> None:
    assert judged(pair) == judged({**pair, "one": pair["other"], "other": pair["one"]})


@pytest.mark.parametrize("pair", TIED, ids=ids(TIED))
def test_a_later_start_takes_any_pair_apart(pair: dict[str, Any]) -> None:
    later = datetime.fromisoformat(pair["other"]["starts"]) + timedelta(minutes=40)

    assert judged({**pair, "other": {**pair["other"], "starts": later.isoformat(sep=" ")}}) is None


@pytest.mark.parametrize("pair", TIED, ids=ids(TIED))
def test_two_records_of_one_source_are_one_only_if_one_names_the_other(pair: dict[str, Any]) -> None:
    one, other = pair["one"], {**pair["other"], "source": pair["one"]["source"]}

    found = judged({**pair, "one": one, "other": other})

    assert found is None or found.is_declared
    assert (found is not None) == (pair["id"] == "same-declared-by-address")


def test_what_is_tied_by_an_id_is_certain_and_what_is_guessed_is_not() -> None:
    by_id = {pair["id"]: found.confidence for pair in SAME if (found := judged(pair)) is not None}

    assert by_id["same-uid-with-domain"] == by_id["same-url-utm"] == by_id["same-declared-by-address"] == 1.0
    assert all(confidence < 1.0 for id_, confidence in by_id.items() if id_.startswith(("same-venue", "same-typo")))


@given(st.sampled_from(TIED), st.integers(2, 9), st.booleans())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_a_number_in_one_title_takes_what_no_id_ties_apart(
    pair: dict[str, Any], number: int, is_in_front: bool
) -> None:
    found = judged(pair)
    assert found is not None
    if found.confidence == 1.0:
        return
    title = pair["other"]["title"]
    texts = title if isinstance(title, dict) else {"fi": title}
    numbered = {tag: f"Ryhmä {number}: {said}" if is_in_front else f"{said} {number}" for tag, said in texts.items()}

    assert judged({**pair, "other": {**pair["other"], "title": numbered}}) is None


@pytest.mark.parametrize(
    ("uid", "is_global"),
    [
        ("abc@evl.fi", True),
        ("3c0f7f0e-5b0c-4e0b-9f52-8a3c4c2b6d11", True),
        ("{3C0F7F0E-5B0C-4E0B-9F52-8A3C4C2B6D11}", True),
        ("https://museo.example/event/88", True),
        ("1", False),
        ("event-2026-12-08", False),
        ("@evl.fi", False),
        ("1@localhost", False),
        ("1@macbook.local", False),
        ("uid1@example.com", False),
        ("00000000-0000-0000-0000-000000000000", False),
    ],
)
def test_a_uid_counts_if_nobody_else_can_have_it(uid: str, is_global: bool) -> None:
    assert is_unique(uid) is is_global


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("https://WWW.Museo.example/fi/event/88/?utm_source=x&b=2&a=1#top", "museo.example/event/88?a=1&b=2"),
        ("http://museo.example:80/event/88", "museo.example/event/88"),
        ("https://museo.example/?p=812", "museo.example/?p=812"),
        ("https://museo.example/", None),
        ("https://museo.example/fi/", None),
        ("https://museo.example/fi/tapahtumat/", None),
        ("https://museo.example/n%C3%A4yttelyt.html", None),
        ("mailto:a@museo.example", None),
        ("https://museo.example:99999/a", None),
        ("https://[::1/a", None),
    ],
)
def test_an_address_is_spelt_in_one_way_and_a_list_is_no_page(address: str, page: str | None) -> None:
    assert canonical(address) == page


@given(st.from_regex(r"https?://(www\.)?[a-z0-9.-]{1,12}(/[A-Za-z0-9_.%-]{0,10}){0,5}", fullmatch=True))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_what_counts_clicks_makes_no_other_address(address: str) -> None:
    assert canonical(f"{address}?utm_source=x") == canonical(address)


@given(st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_texts_can_be_compared(title: str, where: str) -> None:
    said = {"source": "a", "title": title, "starts": "2026-12-01 10:00", "where": where}
    one, other = (event_of({**said, "source": source}, "k") for source in ("a", "b"))
    told, twin = told_of(one, where_of(one)), told_of(other, where_of(other))

    assert tie(told, twin) == tie(twin, told)
    assert tie(told, twin) is None or keys_of(told).all & keys_of(twin).all


@pytest.mark.parametrize("pair", TIED, ids=ids(TIED))
def test_what_is_tied_has_a_key_in_common(pair: dict[str, Any]) -> None:
    told = [told_of(event, where_of(event)) for event in (event_of(pair["one"], "a"), event_of(pair["other"], "b"))]

    assert keys_of(told[0]).all & keys_of(told[1]).all


# ---- groups


def alike(source: str, title: str | dict[str, str] = "Neulekahvila", **more: Any) -> Told:
    event = event_of(
        {"source": source, "title": title, "starts": "2026-12-01 17:00", "minutes": 60, "at": "kallio", **more}, source
    )
    return told_of(event, where_of(event))


def grouped(*told: Told) -> list[tuple[int, ...]]:
    members = dict(enumerate(told))
    ties = {(a, b): found for a in members for b in members if a < b and (found := tie(members[a], members[b]))}
    return groups(members, ties, {rid: (rid,) for rid in members})


def test_three_sources_make_one_group() -> None:
    assert grouped(alike("a"), alike("b"), alike("c")) == [(0, 1, 2)]


def test_of_two_alike_in_one_source_a_third_joins_the_first() -> None:
    assert grouped(alike("a"), alike("a"), alike("b")) == [(0, 2), (1,)]


def test_the_surest_tie_counts_first() -> None:
    page = "https://kirjasto.example/event/1234"

    assert grouped(alike("a"), alike("a", url=page), alike("b", url=page)) == [(0,), (1, 2)]


def test_what_is_apart_is_not_joined_through_a_third() -> None:
    uid = "u1@kirjasto.example"
    one, between, other = (
        alike("a", {"fi": "Neulekahvila 1", "sv": "Stickcafé"}),
        alike("b", {"sv": "Stickcafé"}, uid=uid),
        alike("c", {"fi": "Neulekahvila 2"}, uid=uid),
    )

    assert tie(one, between) is not None
    assert grouped(one, between, other) == [(0,), (1, 2)]


def test_a_member_is_as_sure_as_the_weakest_tie_on_the_surest_way_to_the_first() -> None:
    ties = {(1, 2): Tie(0.9), (2, 3): Tie(1.0), (1, 3): Tie(0.8)}

    assert confidences((1, 2, 3), ties) == {1: 1.0, 2: 0.9, 3: 0.9}
