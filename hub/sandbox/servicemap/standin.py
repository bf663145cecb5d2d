"""The Service Map (smbackend v2): units, services, service nodes, divisions and search, in its wire format.

Paths          /unit/, /unit/<id>/, /service/, /service/<id>/, /service_node/, /service_node/<id>/,
               /administrative_division/, /search/; without the last slash a redirect
Paging         page (from 1) and page_size (20, at most 1000); a page past the end is a 404
Units          by id, descending, or by distance; `only` keeps `id` in any case; `include` puts objects for ids
Odd            a language without text is left out of a unit, null in /search/; a service node has `ids` there, no `id`;
               the geometry of a division only with geometry=true
Left out       /department/, /address/, /street/, /municipality/, srid, geometry of units, accessibility sentences:
               nobody here asks for them
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import msgspec
from shapely import Point
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from starlette.applications import Starlette
from starlette.datastructures import URL, QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.sandbox.standin import Now

Row: TypeAlias = "dict[str, Any]"
MUNICIPALITIES = frozenset({"helsinki", "espoo", "vantaa", "kauniainen"})
OCD = "ocd-division/country:fi/kunta:"
SEARCHED = re.compile(r"[\w\s.,'+&|-]+")
WORD = re.compile(r"\w+")


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Units as /unit/ sends them; divisions with their `boundary`; search documents as /search/ sends them.

    `departments`: by id. `merged`: the unit that an old id was merged into. A service has its `root_service_node`
    here, which /service/ leaves out.
    """

    units: tuple[Row, ...] = ()
    services: tuple[Row, ...] = ()
    nodes: tuple[Row, ...] = ()
    divisions: tuple[Row, ...] = ()
    departments: dict[str, Row] = {}
    merged: dict[int, int] = {}
    documents: tuple[Row, ...] = ()


class Refused(Exception):
    """An answer with a `detail`, as the framework words them."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


def app(rows: Rows, now: Now) -> Starlette:  # noqa: ARG001 - every stand-in has a clock; the register tells no times of day
    register = Register(rows)
    paths: dict[str, Callable[[Request], Response]] = {
        "/unit/": register.units,
        "/unit/{id:int}/": register.unit,
        "/service/": register.services,
        "/service/{id:int}/": register.service,
        "/service_node/": register.nodes,
        "/service_node/{id:int}/": register.node,
        "/administrative_division/": register.divisions,
        "/search/": register.search,
    }
    return Starlette(
        routes=[Route(path, endpoint) for path, endpoint in paths.items()],
        exception_handlers={Refused: refused},
    )


def refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return JSONResponse({"detail": error.detail}, error.status)


class Register:
    """The rows, ready to be asked."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.by_id = {unit["id"]: unit for unit in sorted(rows.units, key=lambda unit: -int(unit["id"]))}
        self.service_by_id = {service["id"]: service for service in rows.services}
        self.node_by_id = {node["id"]: node for node in rows.nodes}
        self.shapes: dict[int, BaseGeometry] = {
            division["id"]: shape(division["boundary"]) for division in rows.divisions if division.get("boundary")
        }

    def units(self, request: Request) -> Response:
        asked = request.query_params
        found = [unit for unit in self.by_id.values() if all(test(unit) for test in self._filters(asked))]
        if (near := _near(asked)) is not None:
            lat, lon, most = near
            by_distance = [
                {**unit, "distance": round(distance, 1)}
                for unit in found
                if (distance := _metres(unit["location"], lat, lon)) is not None and (most is None or distance <= most)
            ]
            found = sorted(by_distance, key=lambda unit: float(unit["distance"]))
        return _page(request, found, lambda unit: self._shown(unit, asked))

    def unit(self, request: Request) -> Response:
        id_ = request.path_params["id"]
        unit = self.by_id.get(self.rows.merged.get(id_, id_))
        if unit is None:
            raise Refused(404, "No Unit matches the given query.")
        return JSONResponse(self._shown(unit, request.query_params))

    def services(self, request: Request) -> Response:
        wanted = _list(request.query_params, "id")
        found = [service for service in self.rows.services if not wanted or str(service["id"]) in wanted]
        return _page(request, found, _without_root)

    def service(self, request: Request) -> Response:
        service = self.service_by_id.get(request.path_params["id"])
        if service is None:
            raise Refused(404, "No Service matches the given query.")
        return JSONResponse(_without_root(service))

    def nodes(self, request: Request) -> Response:
        return _page(request, self.rows.nodes)

    def node(self, request: Request) -> Response:
        node = self.node_by_id.get(request.path_params["id"])
        if node is None:
            raise Refused(404, "No ServiceNode matches the given query.")
        return JSONResponse(node)

    def divisions(self, request: Request) -> Response:
        asked = request.query_params
        found: Iterable[Row] = self.rows.divisions
        for name in ("type", "ocd_id", "origin_id"):
            if wanted := _list(asked, name):
                found = [division for division in found if division[name] in wanted]
        if part := asked.get("input", "").lower():
            found = [one for one in found if any(part in (name or "").lower() for name in one["name"].values())]
        if day := asked.get("date"):
            found = [one for one in found if (one["start"] or "") <= day and (one["end"] is None or day <= one["end"])]
        if (near := _near(asked)) is not None:
            point = Point(near[1], near[0])
            found = [one for one in found if one["id"] in self.shapes and self.shapes[one["id"]].covers(point)]
        with_geometry = asked.get("geometry") == "true"
        return _page(request, list(found), lambda one: _division(one, with_geometry=with_geometry))

    def search(self, request: Request) -> Response:
        asked = request.query_params
        text = asked.get("q") or asked.get("input")
        if not text:
            raise Refused(400, "Supply search terms with 'q=' ' or input=' '")
        if not SEARCHED.fullmatch(text):
            raise Refused(400, "Invalid search terms, only letters, digits, spaces and .,'+&|- allowed.")
        language = asked.get("language", "fi")
        if language not in {"fi", "sv", "en"}:
            raise Refused(400, "Invalid language, languages available in search: fi,sv,en")
        types, municipalities = _list(asked, "type"), _list(asked, "municipality")
        found = [
            document
            for document in self.rows.documents
            if (not types or document["object_type"] in types)
            and (not municipalities or document.get("municipality") in {None, *municipalities})
            and _matches(text, document["name"].get(language) or document["name"].get("fi") or "")
        ]
        return _page(request, found)

    def _filters(self, asked: QueryParams) -> list[Callable[[Row], bool]]:
        """What a unit has to pass; every filter that is given."""
        tests: list[Callable[[Row], bool]] = []
        if ids := _list(asked, "id"):
            tests.append(lambda unit: str(unit["id"]) in ids)
        if cities := {_municipality(word) for word in _list(asked, "municipality")}:
            tests.append(lambda unit: unit["municipality"] in cities)
        services = _numbers(asked, "service")
        nodes = _numbers(asked, "service_node")
        for kind, id_ in (word.split(":", 1) for word in _list(asked, "category") if ":" in word):
            (services if kind == "service" else nodes).add(_number("category", id_))
        if services or nodes:
            below = self._with_descendants(nodes)
            tests.append(lambda unit: bool(services & set(unit["services"]) or below & set(unit["service_nodes"])))
        if left_out := self._with_descendants(_numbers(asked, "exclude_service_nodes")):
            tests.append(lambda unit: not left_out & set(unit["service_nodes"]))
        if divisions := _list(asked, "division"):
            shapes = [self._shape(word) for word in divisions]
            tests.append(lambda unit: any(_inside(unit, one) for one in shapes))
        if "bbox" in asked:
            tests.append(_box(asked["bbox"]))
        if owners := _list(asked, "organization") | _list(asked, "city_as_department"):
            tests.append(lambda unit: bool(owners & {unit["department"], unit["root_department"]}))
        if providers := _list(asked, "provider_type"):
            tests.append(lambda unit: unit["provider_type"] in providers)
        if others := _list(asked, "provider_type__not"):
            tests.append(lambda unit: unit["provider_type"] not in others)
        return tests

    def _with_descendants(self, nodes: set[int]) -> set[int]:
        found, new = set(nodes), set(nodes)
        while new:
            new = {one["id"] for one in self.rows.nodes if one["parent"] in new} - found
            found |= new
        return found

    def _shape(self, word: str) -> BaseGeometry | None:
        """Of `helsinki/kaupunginosa:kallio` or of a full ocd id."""
        ocd_id = word if word.startswith("ocd-division/") else f"{OCD}{word}"
        division = next((one for one in self.rows.divisions if one["ocd_id"] == ocd_id), None)
        return None if division is None else self.shapes.get(division["id"])

    def _shown(self, unit: Row, asked: QueryParams) -> Row:
        """A unit with the fields asked for, objects in place of the ids that are to be included."""
        only, include = _list(asked, "only"), _list(asked, "include")
        shown = {name: value for name, value in unit.items() if not only or name in {"id", "distance", *only}}
        for name in {"department", "root_department"} & set(include) & set(shown):
            shown[name] = self.rows.departments.get(shown[name], shown[name])
        if "services" in include and "services" in shown:
            known = [self.service_by_id[id_] for id_ in shown["services"] if id_ in self.service_by_id]
            shown["services"] = [{name: one.get(name) for name in ("id", "name", "root_service_node")} for one in known]
        if "service_nodes" in include and "service_nodes" in shown:
            shown["service_nodes"] = [self.node_by_id[id_] for id_ in shown["service_nodes"] if id_ in self.node_by_id]
        return shown


def _page(request: Request, rows: Sequence[Row], shown: Callable[[Row], Row] = lambda row: row) -> Response:
    asked = request.query_params
    size = min(max(_number("page_size", asked.get("page_size", "20")), 1), 1000)
    try:
        page = int(asked.get("page", "1"))
    except ValueError:
        page = 0
    if page < 1 or (page > 1 and (page - 1) * size >= len(rows)):
        raise Refused(404, "Invalid page.")
    body = {
        "count": len(rows),
        "next": str(_at_page(request.url, page + 1)) if page * size < len(rows) else None,
        "previous": str(_at_page(request.url, page - 1)) if page > 1 else None,
        "results": [shown(row) for row in rows[(page - 1) * size : page * size]],
    }
    return JSONResponse(body)


def _at_page(url: URL, page: int) -> URL:
    return url.include_query_params(page=page) if page > 1 else url.remove_query_params("page")


def _list(asked: QueryParams, name: str) -> frozenset[str]:
    return frozenset(word.strip() for word in asked.get(name, "").split(",") if word.strip())


def _numbers(asked: QueryParams, name: str) -> set[int]:
    return {_number(name, word) for word in _list(asked, name)}


def _number(name: str, word: str) -> int:
    try:
        return int(word)
    except ValueError as error:
        raise Refused(400, f"'{name}' must be a list of integers") from error


def _municipality(word: str) -> str:
    name = word.removeprefix(OCD)
    if name not in MUNICIPALITIES:
        raise Refused(400, f"municipality with ID '{OCD}{name}' not found")
    return name


def _near(asked: QueryParams) -> tuple[float, float, float | None] | None:
    """Latitude, longitude, and the distance in metres if one is given."""
    if "lat" not in asked and "lon" not in asked:
        return None
    try:
        return float(asked["lat"]), float(asked["lon"]), float(asked["distance"]) if "distance" in asked else None
    except (KeyError, ValueError) as error:
        raise Refused(400, "you need to supply both 'lat' and 'lon'") from error


def _metres(location: Row | None, lat: float, lon: float) -> float | None:
    if location is None:
        return None
    there_lon, there_lat = location["coordinates"]
    across = math.radians(there_lon - lon) * math.cos(math.radians((lat + there_lat) / 2))
    return 6_371_000 * math.hypot(across, math.radians(there_lat - lat))


def _inside(unit: Row, area: BaseGeometry | None) -> bool:
    return area is not None and unit["location"] is not None and area.covers(Point(unit["location"]["coordinates"]))


def _box(text: str) -> Callable[[Row], bool]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise Refused(400, "bbox must be in format 'left,bottom,right,top'") from error

    def inside(unit: Row) -> bool:
        if unit["location"] is None:
            return False
        lon, lat = unit["location"]["coordinates"]
        return bool(west <= lon <= east and south <= lat <= north)

    return inside


def _without_root(service: Row) -> Row:
    return {name: value for name, value in service.items() if name != "root_service_node"}


def _division(division: Row, *, with_geometry: bool) -> Row:
    return {name: value for name, value in division.items() if with_geometry or name != "boundary"}


def _matches(text: str, name: str) -> bool:
    """Words match by their beginning; space, comma and & ask for all, | for any."""
    words = [word.lower() for word in WORD.findall(name)]
    return any(
        all(any(word.startswith(part.lower()) for word in words) for part in WORD.findall(every))
        for every in text.split("|")
    )
