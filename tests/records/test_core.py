from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import msgspec
import msgspec.inspect as shapes
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import hub.records
from hub.errors import BadId
from hub.records.core import LANGUAGES, Language, LocalizedText, Point, Record, Ref, localized, point
from hub.records.events import Event, EventSeries
from hub.records.merged import CityEvent, CityPlace
from hub.records.places import Place
from hub.records.registry import BY_KIND, RECORD_TYPES
from tests.records.made import TEXT, any_record

ORDERS: list[tuple[Language, ...]] = [order for length in (1, 2, 3) for order in permutations(LANGUAGES, length)]
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
WORD = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1, max_size=20).filter(
    str.isprintable
)
KEY = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(str.isprintable)


def record_types() -> Iterator[type[Record]]:
    """Every type of record that a module of ours names, merged ones too."""
    for module in pkgutil.iter_modules(hub.records.__path__, "hub.records."):
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, type) and issubclass(thing, Record) and thing is not Record:
                yield thing


EVERY_TYPE = sorted(set(record_types()), key=lambda cls: cls.__name__)


# ids


@given(st.builds(Ref, WORD, WORD, KEY))
@example(Ref("proposal", "os", "idea:12"))
@example(Ref("catalogue_record", "finna", "helmet.1620712"))
@example(Ref("opening_day", "kirkanta", "84860/2026-11-22"))
@example(Ref("event", "le", "helsinki:agrabfotj4/ä"))
def test_an_id_leads_back_to_what_it_was_made_of(ref: Ref) -> None:
    assert Ref.from_gid(ref.gid) == ref
    assert ref.gid.replace("-", "").replace("_", "").isalnum()


@given(st.text(max_size=40) | st.text("ABCDEFabcdef0123456789-_+/=", max_size=40))
@example("")
@example("YS9iL2M=")  # padded
@example("a" * 2000)
def test_any_text_is_the_one_id_of_something_or_a_bad_id(text: str) -> None:
    try:
        ref = Ref.from_gid(text)
    except BadId:
        return
    assert ref.gid == text


@pytest.mark.parametrize(
    "ref", [Ref("", "a", "b"), Ref("a", "", "b"), Ref("a", "b", ""), Ref("a", "b", "c\n"), Ref("a", "b", "c\x00")]
)
def test_an_id_with_an_empty_part_or_control_characters_is_bad(ref: Ref) -> None:
    with pytest.raises(BadId):
        Ref.from_gid(ref.gid)


def test_two_spellings_of_the_same_bytes_are_not_both_an_id() -> None:
    gid = Ref("place", "sm", "8215x").gid
    other = gid[:-1] + chr(ord(gid[-1]) + 1)  # the last letter holds bits that no byte uses

    assert Ref.from_gid(gid).key == "8215x"
    with pytest.raises(BadId):
        Ref.from_gid(other)


# texts


def test_there_are_fifteen_orders_of_languages() -> None:
    assert len(ORDERS) == 15


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@given(st.builds(LocalizedText, fi=TEXT | st.none(), sv=TEXT | st.none(), en=TEXT | st.none(), other=TEXT | st.none()))
def test_the_first_language_of_the_order_that_has_a_text_is_picked(
    order: tuple[Language, ...], text: LocalizedText
) -> None:
    picked = text.pick(order)

    had = [language for language in (*order, *LANGUAGES) if getattr(text, language) is not None]
    if had:
        assert picked == (getattr(text, had[0]), had[0])
    else:
        assert picked == (None if text.other is None else (text.other, text.other_language))


def test_a_text_in_another_language_is_picked_last_and_says_which() -> None:
    text = LocalizedText(en="The Unknown Soldier", other="Неизвестный солдат", other_language="ru")

    assert text.pick(("fi", "sv")) == ("The Unknown Soldier", "en")
    assert LocalizedText(other="Неизвестный солдат", other_language="ru").pick(("fi",)) == ("Неизвестный солдат", "ru")


def test_blank_texts_are_missing() -> None:
    assert localized(fi=" Kallio ", sv="", en="  ") == LocalizedText(fi="Kallio")
    assert localized(fi="", sv=None, en="\n") is None
    assert localized(other="x") == LocalizedText(other="x")


# points


def test_a_point_has_both_parts_in_range() -> None:
    assert point(60.17, 24.94) == Point(lat=60.17, lon=24.94)
    assert point(0, 24.94) == Point(lat=0, lon=24.94)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (None, 24.94), (60.17, None), (0, 0), (90.1, 0), (-90.1, 0), (60, 180.1), (60, -180.1),
        (float("nan"), 24.94), (60.17, float("nan")), (float("inf"), 24.94), (6672000, 25496000),
    ],
)  # fmt: skip
def test_what_is_no_place_on_earth_is_no_point(lat: float | None, lon: float | None) -> None:
    assert point(lat, lon) is None


# every record


def test_every_type_of_record_is_in_the_registry_under_a_kind_of_its_own() -> None:
    views: set[type[Record]] = {CityEvent, CityPlace, EventSeries}  # made of records of the kind that they name

    assert set(RECORD_TYPES) == set(EVERY_TYPE) - views
    assert {view.kind for view in views} <= set(BY_KIND)
    assert len(BY_KIND) == len(RECORD_TYPES)
    assert all(kind.isidentifier() and kind.islower() for kind in BY_KIND)


@pytest.mark.parametrize("cls", EVERY_TYPE, ids=lambda cls: cls.__name__)
def test_a_record_is_frozen_named_and_left_alone_by_the_collector(cls: type[Record]) -> None:
    for struct in structs_of(shapes.type_info(cls)):
        config = struct.__struct_config__
        assert config.frozen
        assert not config.gc
        assert not config.array_like


@pytest.mark.parametrize("cls", EVERY_TYPE, ids=lambda cls: cls.__name__)
def test_no_record_defaults_to_a_moment_without_a_zone_or_to_something_that_can_change(cls: type[Record]) -> None:
    for struct in structs_of(shapes.type_info(cls)):
        for field in msgspec.structs.fields(struct):
            default = field.default
            assert field.default_factory is msgspec.NODEFAULT
            assert not isinstance(default, list | dict | set)
            assert default != ""
            if isinstance(default, datetime):
                assert default.tzinfo is not None


@pytest.mark.parametrize("cls", EVERY_TYPE, ids=lambda cls: cls.__name__)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(chance=st.data())
def test_a_record_is_stored_by_name_and_read_back_as_it_was(cls: type[Record], chance: st.DataObject) -> None:
    record = chance.draw(any_record(cls))

    stored = msgspec.msgpack.encode(record)

    assert msgspec.msgpack.decode(stored, type=cls) == record
    named = msgspec.msgpack.decode(stored)
    assert set(named) <= set(cls.__struct_fields__)
    assert set(named) >= {"ref", "read_at"}


def test_a_field_that_another_version_added_or_lacks_does_no_harm() -> None:
    record = Place(ref=Ref("place", "sm", "8215"), read_at=AT, tprek_id="8215")
    stored: dict[str, Any] = msgspec.msgpack.decode(msgspec.msgpack.encode(record))

    older = msgspec.msgpack.encode({"field_of_tomorrow": [1, 2], **stored})

    assert msgspec.msgpack.decode(older, type=Place) == record
    assert set(stored) == {"ref", "read_at", "tprek_id"}  # what is unknown takes no room


def test_a_record_without_what_it_must_have_can_not_be_made() -> None:
    with pytest.raises(TypeError):
        Event(ref=Ref("event", "le", "1"))  # type: ignore[call-arg]  # that is the test
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"ref": ["event", "le", "1"]}, Event)


def test_a_record_can_not_be_changed() -> None:
    record = Place(ref=Ref("place", "sm", "8215"), read_at=AT)

    with pytest.raises(AttributeError):
        record.tprek_id = "1"  # type: ignore[misc]  # that is the test


def structs_of(shape: shapes.Type) -> Iterator[type[msgspec.Struct]]:
    """The struct and those inside it."""
    match shape:
        case shapes.StructType(cls=cls, fields=fields):
            yield cls
            for field in fields:
                yield from structs_of(field.type)
        case shapes.UnionType(types=types):
            for each in types:
                yield from structs_of(each)
        case shapes.VarTupleType(item_type=item):
            yield from structs_of(item)
        case shapes.TupleType(item_types=items):
            for item in items:
                yield from structs_of(item)
        case shapes.Metadata(type=inner):
            yield from structs_of(inner)
