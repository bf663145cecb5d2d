"""The contract's samples: as the stand-in's rows, and as the requests that they answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from hub.sandbox.finna.standin import DEFAULT_FIELDS, Row, Rows
from hub.sandbox.standin import Recording

SAMPLES: Final = Path(__file__).parent / "samples"

# The recording of the search by ISBN hides its number; any that both editions share will do.
HIDDEN_ISBN: Final = "9789525530131"
# The fields that stand in the constructed samples beside the default ones. Which were asked isn't told, so all are.
EXTRA: Final = (
    "year", "shortTitle", "subTitle", "isbns", "cleanIsbn", "publishers", "physicalDescriptions", "authors",
    "recordPage", "summary",
)  # fmt: skip
WHOLE: Final = [("field[]", name) for name in (*DEFAULT_FIELDS, *EXTRA)]
HELMET: Final = ("filter[]", 'building:"0/Helmet/"')
# SOURCE.md names two authors; the constructed page holds a third one's book.
NOVELS: Final = [("lookfor", "Linna OR Waltari OR Jansson"), HELMET, *WHOLE, ("limit", "5")]
INVENTED: Final = "the sample's counts are invented (SOURCE.md)"
FACETS_LOOSE: Final = (
    ("resultCount", INVENTED),
    ("facets.*.*.count", INVENTED),
    ("facets.*.*.children.*.count", INVENTED),
    ("facets.*.*.children.*.children.*.count", INVENTED),
    ("facets.language", "the constructed sample leaves out the drill's own zxx"),
)


def recorded() -> Rows:
    """Every record of the samples once, with all fields that any sample shows of it."""
    rows: dict[str, Row] = {}
    for path in sorted(SAMPLES.glob("*.json")):
        for row in _read(path).get("records", []):
            rows[row["id"]] = rows.get(row["id"], {}) | row
    for row in _read(SAMPLES / "search_books_found.json")["records"]:
        rows[row["id"]]["isbns"] = [HIDDEN_ISBN]
    return Rows(records=(*_in_order(rows), *_two_about_drills()), labels={"fin": {"fi": "suomi"}})


def recordings() -> Iterable[Recording]:
    """All but error_permission_403.json: the server's configuration refuses a caller, no request brings it about."""
    yield _search("search_books_found", [("lookfor", HIDDEN_ISBN), ("lng", "fi")])
    yield _search("search_novels_page1", [*NOVELS, ("page", "1")])
    yield _search("search_novels_page2", [*NOVELS, ("page", "2")])
    yield _search("search_page_beyond_end", [*NOVELS, ("page", "3")])
    yield _search("search_empty", [("lookfor", "tällaistaeiole"), ("facet[]", "building")])
    yield _search("search_physical_objects", [HELMET, ("filter[]", 'format:"0/PhysicalObject/"'), *WHOLE])
    yield _search("search_board_games", [("filter[]", 'format:"1/Game/BoardGame/"'), *WHOLE])
    facets = [("facet[]", name) for name in ("building", "format", "language")]
    # that the building was filtered is said by the sample's isApplied, not by its SOURCE.md
    yield _search("search_facets_only", [("lookfor", "porakone"), HELMET, *facets, ("limit", "0")], loose=FACETS_LOOSE)
    yield _record("record_single", [("id", "helmet.9000101"), *WHOLE])
    yield _record("record_multi", [("id[]", "helmet.1666007"), ("id[]", "helmet.9100001"), *WHOLE])
    yield _record("record_sparse", [("id", "helmet.9300001")])
    some = [("field[]", name) for name in ("id", "title", "year", "dedupIds")]
    yield _record("record_selected_fields", [("id", "helmet.9000101"), *some])
    yield _search("error_invalid_limit_400", [("lookfor", "porakone"), ("limit", "101")], status=400)
    yield _search("error_invalid_search_400", [("lookfor", "[1990 TO")], status=400)
    yield _record("error_missing_id_400", [], status=400)
    yield _record("error_unknown_record_400", [("id", "helmet.0")], status=400)


def _search(
    name: str, params: list[tuple[str, str]], *, status: int = 200, loose: tuple[tuple[str, str], ...] = ()
) -> Recording:
    return _recording(name, "/v1/search", params, status, loose)


def _record(name: str, params: list[tuple[str, str]], *, status: int = 200) -> Recording:
    return _recording(name, "/v1/record", params, status, ())


def _recording(
    name: str, path: str, params: list[tuple[str, str]], status: int, loose: tuple[tuple[str, str], ...]
) -> Recording:
    return Recording(
        name=name,
        path=path,
        query=urlencode(params),
        status=status,
        content_type="application/json",
        answer=(SAMPLES / f"{name}.json").read_bytes(),
        loose=loose,
    )


def _read(path: Path) -> dict[str, Any]:
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])


def _in_order(rows: dict[str, Row]) -> Iterator[Row]:
    """As the samples rank them: the novels' pages first, the rest as they came."""
    names = ("search_novels_page1", "search_novels_page2")
    first = [row["id"] for name in names for row in _read(SAMPLES / f"{name}.json")["records"]]
    for id_ in dict.fromkeys([*first, *rows]):
        yield rows[id_]


def _two_about_drills() -> tuple[Row, Row]:
    """Books on drills, so that the facets of search_facets_only have the sample's cities, branches and formats."""
    return (
        {
            "id": "helmet.9400001",
            "title": "Porakone tutuksi",
            "buildings": [
                {"value": "0/Helmet/", "translated": "Helmet-kirjastot"},
                {"value": "1/Helmet/h/", "translated": "Helsinki"},
                {"value": "1/Helmet/e/", "translated": "Espoo"},
                {"value": "2/Helmet/h/h53/", "translated": "Kallio"},
            ],
            "formats": [
                {"value": "0/Book/", "translated": "Kirja"},
                {"value": "1/Book/Book/", "translated": "Kirja"},
            ],
            "languages": ["fin"],
        },
        {
            "id": "helmet.9400002",
            "title": "Borrmaskinen : porakone",
            "buildings": [
                {"value": "0/Helmet/", "translated": "Helmet-kirjastot"},
                {"value": "1/Helmet/h/", "translated": "Helsinki"},
            ],
            "formats": [
                {"value": "0/Book/", "translated": "Kirja"},
                {"value": "1/Book/eBook/", "translated": "E-kirja"},
            ],
            "languages": ["swe"],
        },
    )
