"""The labelled texts, and how well the matcher reads them: for the tests and for `python -m bench places`."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from hub.derive import placing
from hub.derive.placing import House
from hub.records.core import Address, LocalizedText, Point
from hub.sandbox.city import MadePlace
from hub.sandbox.making.libraries import libraries
from hub.sandbox.making.places import other_places

FILE = tomllib.loads((Path(__file__).parent / "place_texts.toml").read_text(encoding="utf-8"))
Half = Literal["tune", "held"]


class Text(msgspec.Struct, frozen=True, kw_only=True):
    text: str | dict[str, str]
    set: Half
    place: str | None = None
    point: tuple[float, float] | None = None

    @property
    def said(self) -> LocalizedText:
        return LocalizedText(fi=self.text) if isinstance(self.text, str) else LocalizedText(**self.text)


TEXTS = msgspec.convert(FILE["text"], list[Text])


@cache
def gazetteer() -> tuple[tuple[str, House], ...]:
    """Every place that is known, by its Finnish name: the libraries, the sandbox's units, and the file's own."""
    made = {f"{place.name.fi}": _of_made(place) for place in (*other_places(), *libraries())}
    return tuple({**made, **{place["fi"]: _of_file(place) for place in FILE["places"].values()}}.items())


@cache
def _by_key() -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, (_, known) in enumerate(gazetteer()):
        for key in known.keys:
            found[key].append(number)
    return found


def _of_made(place: MadePlace) -> House:
    return placing.house(
        LocalizedText(**place.name.map()),
        Address(street=LocalizedText(**place.street.map()), city=place.city),
        None if place.lat is None or place.lon is None else Point(lat=place.lat, lon=place.lon),
    )


def _of_file(place: dict[str, Any]) -> House:
    name = LocalizedText(fi=place["fi"], sv=place.get("sv"), en=place.get("en"))
    lat, lon = place["point"]
    return placing.house(
        name, Address(street=LocalizedText(fi=place["street"]), city="Helsinki"), Point(lat=lat, lon=lon)
    )


def meant(text: Text) -> tuple[str, float] | None:
    """The name of the place that the matcher finds in it, found by keys as in the index, and how sure it is."""
    said = placing.read(text.said)
    numbers = {number for key in said.keys for number in _by_key().get(key, ())}
    near = [(number, gazetteer()[number][1]) for number in sorted(numbers)]
    point = None if text.point is None else Point(lat=text.point[0], lon=text.point[1])
    found = placing.meant(said, point, near)
    return None if found is None else (gazetteer()[found.key][0], found.confidence)


class Score(msgspec.Struct, frozen=True):
    """Of one half. `wrong`, `missed`: the texts with what was found in them."""

    texts: int
    right: int
    wrong: tuple[tuple[Text, str], ...]
    missed: tuple[Text, ...]

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        labelled = self.right + len(self.missed)
        return self.right / labelled


def score(half: Half) -> Score:
    """Recall: of the texts that mean a place, how many were read as that place."""
    texts = [text for text in TEXTS if text.set == half]
    found = [(text, meant(text)) for text in texts]
    right = sum(1 for text, place in found if place is not None and place[0] == text.place)
    wrong = tuple((text, place[0]) for text, place in found if place is not None and place[0] != text.place)
    missed = tuple(t for t, place in found if t.place is not None and (place is None or place[0] != t.place))
    return Score(len(texts), right, wrong, missed)
