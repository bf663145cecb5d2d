"""The real geography that the made city stands on (`hub/sandbox/geo/`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import shapely
from shapely.geometry import shape

from hub.sandbox.city import MadeArea, Text

GEO = Path(__file__).parent.parent / "geo"
CITY_OCD = "ocd-division/country:fi/kunta:helsinki"

# Numeric ids change with the Service Map's imports; ours are the kind's number and the city's code.
FIRST_ID = {"major_district": 90_000, "district": 91_000, "sub_district": 92_000, "neighborhood": 93_000}
# So wide that their own middle leaves whole districts empty. Inland: a middle of their parts lies on land too.
WIDE = frozenset({
    "Haaga", "Kaarela", "Malmi", "Mellunkylä", "Oulunkylä", "Pakila", "Pasila", "Pitäjänmäki", "Suurmetsä", "Suutarila",
    "Tuomarinkylä", "Vartiokylä",
})  # fmt: skip
FILES = ("districts", "sub_districts", "neighbourhoods")


class _Properties(msgspec.Struct):
    type: str
    code: str
    name_fi: str
    name_sv: str
    ocd_id: str
    district: str | None = None
    major_district: str | None = None
    is_sea: bool = False
    label_point: tuple[float, float] | None = None


class _Feature(msgspec.Struct):
    properties: _Properties
    geometry: dict[str, Any]


class _Collection(msgspec.Struct):
    features: list[_Feature]


class Neighbourhood(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the city on land. `middles`: lon, lat of points inside, on land; the first is the whole's own."""

    name: str
    name_sv: str
    ocd_id: str
    major_district: str  # name: "Keskinen"
    middles: tuple[tuple[float, float], ...]
    outline: shapely.Geometry

    def spot(self, chance: Random, reach: float = 0.006) -> tuple[float, float]:
        """A lon, lat inside it, at most `reach` degrees of longitude from one of its middles."""
        middle = chance.choice(self.middles)
        for _ in range(8):
            lon = middle[0] + chance.uniform(-reach, reach)
            lat = middle[1] + chance.uniform(-reach, reach) / 2
            if shapely.contains_xy(self.outline, lon, lat):
                return round(lon, 6), round(lat, 6)
        return middle


class Geography:
    """The areas, what lies where, and the neighbourhoods to put things into."""

    def __init__(self, features: list[_Feature]) -> None:
        ids = {feature.properties.ocd_id: _numeric(feature.properties) for feature in features}
        self.areas = tuple(_area(feature, ids) for feature in features)
        self._outlines = [shape(feature.geometry) for feature in features]
        self._tree = shapely.STRtree(self._outlines)
        names = {feature.properties.ocd_id: feature.properties.name_fi for feature in features}
        parts = [
            line.representative_point()
            for feature, line in zip(features, self._outlines, strict=True)
            if feature.properties.type == "sub_district"
        ]
        self.neighbourhoods = tuple(
            Neighbourhood(
                name=own.name_fi,
                name_sv=own.name_sv,
                ocd_id=own.ocd_id,
                major_district=names[own.major_district],
                middles=(
                    own.label_point,
                    *(
                        (round(part.x, 6), round(part.y, 6))
                        for part in parts
                        if own.name_fi in WIDE and outline.contains(part)
                    ),
                ),
                outline=outline,
            )
            for own, outline in zip((feature.properties for feature in features), self._outlines, strict=True)
            if own.type == "neighborhood" and own.major_district is not None and own.label_point is not None
        )

    def divisions_at(self, lon: float, lat: float) -> tuple[str, ...]:
        """ocd ids of the areas that hold the point, the widest first (the order of the files)."""
        found = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return tuple(self.areas[index].ocd_id for index in sorted(int(each) for each in found))


@cache
def geography() -> Geography:
    """Read once: it does not depend on the date."""
    return Geography(
        [
            feature
            for name in FILES
            for feature in msgspec.json.decode((GEO / f"{name}.geojson").read_bytes(), type=_Collection).features
        ]
    )


def _numeric(own: _Properties) -> int:
    return FIRST_ID[own.type] + (int(own.code) if own.code.isdigit() else 99)


def _area(feature: _Feature, ids: dict[str, int]) -> MadeArea:
    """Parents as the Service Map nests them: sub-district, district, major district. A neighbourhood has none there."""
    own = feature.properties
    above = {"sub_district": own.district, "district": own.major_district}.get(own.type)
    geometry = feature.geometry
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return MadeArea(
        id=ids[own.ocd_id],
        type=own.type,
        ocd_id=own.ocd_id,
        code=own.code,
        name=Text(fi=own.name_fi, sv=own.name_sv),
        parent=ids[above] if above is not None else None,
        polygons=polygons,
    )
