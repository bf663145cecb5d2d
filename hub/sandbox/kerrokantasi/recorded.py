"""The contract's samples: as the stand-in's rows, and as the requests that they answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import msgspec

from hub.sandbox.kerrokantasi.standin import Row, Rows
from hub.sandbox.standin import Recording

SAMPLES: Final = Path(__file__).parent / "samples"
NOW: Final = datetime(2026, 11, 22, 0, 16, 13, tzinfo=UTC)
DRAWN: Final = "bb53z1J6MwxjwvdLczBcOnHGvolIIFFN"
DETAILS: Final = ("by_id", "by_slug", "closed", "no_main_section", "project")
HTML: Final = "text/html; charset=utf-8"


def recorded() -> Rows:
    """Every row of the samples once: hearings by their own pages where there is one, else as lists show them.

    Eight plans have no page among the samples, and their sections are known by number only: they get one each that
    repeats their hearing's abstract. A draft and a hearing that is not open yet are there to be hidden.
    """
    whole = {row["id"]: row for name in DETAILS for row in [_read(f"hearing_detail_{name}")]}
    listed = _read("hearing_list_default")["results"]
    hearings = [whole.get(row["id"], {**row, "geojson": None, "contact_persons": []}) for row in listed]
    hidden = [
        {**hearings[0], "id": id_, "slug": slug, **more}
        for id_, slug, more in (
            ("olDfrk2FaDgIxDHEstzdxUZzIBNKq9pJ", "luonnos", {"published": False}),
            ("4kTuleva0000000000000000000000aa", "tuleva-kuuleminen", {"open_at": "2026-12-01T09:00:00.000000+02:00"}),
        )
    ]
    known = {one["id"]: {**one, "hearing": row["id"]} for row in whole.values() for one in row["sections"]} | {
        one["id"]: one for one in _read("section_root_list")["results"]
    }
    pattern = next(one for one in known.values() if one["hearing"] != DRAWN)
    plans = [row for row in hearings if row["id"] not in whole]
    known |= {
        f"section-of-{row['slug']}": {
            **pattern,
            "id": f"section-of-{row['slug']}",
            "hearing": row["id"],
            "abstract": row["abstract"],
            "created_at": row["created_at"],
        }
        for row in plans
    }
    return Rows(
        hearings=tuple(
            {name: value for name, value in row.items() if name not in {"sections", "closed"}}
            for row in (*hearings, *hidden)
        ),
        forced=frozenset(row["id"] for row in hearings if row["closed"] and row["slug"] == "suljettu"),
        sections=tuple(known.values()),
        labels=tuple(_read("label_list")["results"]),
        projects=tuple(_read("project_list")["results"]),
        organisations=tuple(_read("organization_list")["results"]),
    )


def recordings() -> Iterable[Recording]:
    """All but those of what nobody here asks for (comments, images, files, notifications), of what would show drafts
    (hearing/map/, a preview by its code), and the redirect, which has no body (a test of its own holds it).
    """
    yield _recording("root", "/")
    yield _recording("hearing_list_default", "/hearing/")
    yield _recording("bad_limit_ignored", "/hearing/", "limit=kymmenen")
    yield _recording("bad_open_ignored", "/hearing/", "open=ehka&limit=1")
    yield _recording("bad_ordering_ignored", "/hearing/", "ordering=eiole&limit=1")
    yield _recording("hearing_list_bbox", "/hearing/", "bbox=24.95,60.19,24.97,60.20")
    yield _recording("hearing_list_closed", "/hearing/", "open=false&limit=3")
    yield _recording("hearing_list_empty", "/hearing/", f"title={quote('eitällaista')}")
    yield _recording("hearing_list_format_geojson", "/hearing/", "format=geojson&bbox=24.95,60.19,24.97,60.20")
    yield _recording("hearing_list_huge_limit", "/hearing/", "limit=10000&ordering=created_at")
    # equal numbers of comments come in no order that could be told
    by_comments = "include=geojson&open=true&ordering=-n_comments&limit=3"
    among_equals = tuple((f"results.{n}", "all have no comment: any of them may come here") for n in (1, 2))
    yield _recording("hearing_list_include_geojson", "/hearing/", by_comments, loose=among_equals)
    yield _recording("hearing_list_label", "/hearing/", "label=1")
    yield _recording("hearing_list_label_two", "/hearing/", "label=1,3")
    yield _recording("hearing_list_open", "/hearing/", "open=true&ordering=close_at&limit=3")
    times = "open_at_gt=2026-11-15T00:00:00Z&open_at_lte=2026-11-22T00:00:00Z&ordering=open_at&limit=2"
    yield _recording("hearing_list_open_at", "/hearing/", times)
    yield _recording("hearing_list_page1", "/hearing/", "limit=5")
    yield _recording("hearing_list_page2", "/hearing/", "limit=5&offset=5")
    yield _recording("hearing_list_past_end", "/hearing/", "limit=5&offset=500")
    yield _recording("hearing_list_project", "/hearing/", "title=etuajassa")
    yield _recording("hearing_list_title", "/hearing/", "title=vallila")
    yield _recording("hearing_detail_by_id", "/hearing/ZmyrJ3nUDN65N1ziZcosvyAJ9W8Sx1a3/")
    yield _recording("hearing_detail_by_slug", "/hearing/makelankadun-liikennejarjestelyt/")
    yield _recording("hearing_detail_closed", "/hearing/kirjastojen-aukioloajat/")
    yield _recording("hearing_detail_no_main_section", "/hearing/ilman-paaosiota/")
    yield _recording("hearing_detail_project", "/hearing/suljettu/")
    yield _recording("hearing_sections", f"/hearing/{DRAWN}/sections/")
    yield _recording("hearing_sections_by_slug", "/hearing/makelankadun-liikennejarjestelyt/sections/")
    yield _recording("hearing_section_detail", f"/hearing/{DRAWN}/sections/Oua7FnwhvPAx3wsYu27bbtIo9UCsyHmv/")
    yield _recording("section_root_list", "/section/", "limit=3")
    yield _recording("section_root_list_hearing", "/section/", f"hearing={DRAWN}")
    yield _recording("section_root_detail", "/section/Oua7FnwhvPAx3wsYu27bbtIo9UCsyHmv/")
    yield _recording("label_list", "/label/")
    yield _recording("label_list_filter", "/label/", "label=vall")
    yield _recording("label_detail", "/label/1/")
    yield _recording("project_list", "/project/")
    yield _recording("project_detail", "/project/4yrU1fo3wJPYvllqmJshnbW56I85ckeq/")
    yield _recording("organization_list", "/organization/")
    yield _recording("error_accept_language_sv_404", "/hearing/eiole/", status=404)
    yield _recording("error_hearing_not_found_404", "/hearing/eiole/", status=404)
    yield _recording("error_hearing_not_open_yet_404", "/hearing/tuleva-kuuleminen/", status=404)
    yield _recording("error_hearing_unpublished_404", "/hearing/luonnos/", status=404)
    yield _recording("error_hearing_deleted_404", "/hearing/xlYPluT0zx94GtceSoxLaUDqtMXJYf3j/", status=404)
    yield _recording("error_bad_bbox_400", "/hearing/", "bbox=1,2", status=400)
    yield _recording("error_bad_open_at_400", "/hearing/", "open_at_gt=eilen", status=400)
    yield _recording("error_bad_label_500", "/hearing/", "label=vallila", status=500, of=HTML)
    yield _recording("error_unknown_route_404", "/eiole/", status=404, of=HTML)
    yield _recording("error_contact_person_401", "/contact_person/", status=401)
    yield _recording("error_users_list_401", "/users/", status=401)
    yield _recording("error_unauthenticated_post_401", "/hearing/", status=401, method="POST")


def _recording(
    name: str,
    path: str,
    query: str = "",
    *,
    status: int = 200,
    method: str = "GET",
    of: str = "application/json",
    loose: tuple[tuple[str, str], ...] = (),
) -> Recording:
    ending = "html" if of == HTML else "json"
    return Recording(
        name=name,
        method=method,
        path=path,
        query=query,
        now=NOW,
        status=status,
        content_type=of,
        answer=(SAMPLES / f"{name}.{ending}").read_bytes(),
        loose=loose,
    )


def _read(name: str) -> Row:
    row: dict[str, Any] = msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes())
    return row
