"""The contract's samples: as the stand-in's rows, and as the requests that they answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import msgspec

from hub.sandbox.linkedevents.rows import TYPES, Row, Rows
from hub.sandbox.linkedevents.standin import MANY_REFERENCES, OF_THE_SEARCH, ONE_REFERENCE
from hub.sandbox.standin import Recording

SAMPLES: Final = Path(__file__).parent / "samples"
MOUNT: Final = "/linkedevents/v1"
KINDS: Final = {type_: kind for kind, type_ in TYPES.items()}
ADDED: Final = frozenset({"@id", "@context", "@type", "resource_type", "score"})
OF_THE_STORE: Final = frozenset({"registration_merchant", "registration_price_groups", "registration_account"})
ORDER: Final = {  # where the samples show one that nothing in the rows tells
    "organization": ["ahjo:00001", "ahjo:u480400", "ahjo:u48040010", "ahjo:45400", "ytj:0586977-6"],
    "language": ["fi", "sv", "en", "ru", "et", "so"],
}
NOT_ALL_SHOWN: Final = "the samples show fewer rows than the recorded register had"
LOOSE: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "keyword_list": (("meta.count", NOT_ALL_SHOWN),),
    "organization_list": (("meta.count", NOT_ALL_SHOWN),),
    "place_list_data_source_tprek": (("meta.count", NOT_ALL_SHOWN),),
    "search_places": (("meta.count", "that server's search counted two and showed one"),),
}
UNORDERED: Final = ("keywords", "audience", "in_language")  # in one order here and another there for the same event


def recorded(*, at: datetime | None = None, web_store: bool = False) -> Rows:
    """Every object of the samples once; with `at`, as the register was then: a draft was added between recordings.

    `web_store`: the server of the samples named so.
    """
    found: dict[str, dict[str | int, Row]] = {kind: {} for kind in TYPES}
    for path in sorted(SAMPLES.glob("*.json")):
        if path.stem.startswith(("webstore_", "place_detail_srid", "event_detail_image_proxy")):
            continue  # the same rows, as parameters or the web store change them
        for whole in _objects(msgspec.json.decode(path.read_bytes())):
            kind = KINDS[whole["@type"]]
            found[kind].setdefault(whole["id"], {}).update(_row(kind, whole))
    parent = found["event"]["helsinki:agrabfpauy"]
    made = datetime.fromisoformat(found["event"]["helsinki:luonnososa"]["created_time"]).replace(microsecond=0)
    early = at is not None and at < made
    if early:
        del found["event"]["helsinki:luonnososa"]
    children = ["helsinki:agrabfpbry", "helsinki:agrabfpdke", "helsinki:agrabfpeke"]
    parent["sub_events"] = children if early else [*children, "helsinki:luonnososa"]
    for stub in msgspec.json.decode((SAMPLES / "event_list_deleted.json").read_bytes())["data"]:
        found["event"][stub["id"]] = {field: value for field, value in stub.items() if field != "name"}
    kinds = {kind: [rows[id_] for id_ in ORDER.get(kind, rows)] for kind, rows in found.items()}
    return Rows(
        kinds=kinds,
        drafts=frozenset({"helsinki:luonnososa", "helsinki:agrabfpj2m"}),
        gone={
            "place": {"tprek:99999": None, "tprek:8254": "tprek:8199"},
            "keyword": {"yso:p10647": None, "yso:p99998": "yso:p8113"},
        },
        private=frozenset({"salainen"}),
        web_store=web_store,
    )


def recordings() -> Iterable[Recording]:
    """All samples: the request stands in the file of headers beside each answer."""
    for path in sorted(SAMPLES.glob("*.headers.txt")):
        name = path.name.removesuffix(".headers.txt")
        asked, answered = path.read_text(encoding="utf-8").split("\n\n", 1)
        line, *headers = asked.splitlines()
        method, target, _ = line.split(" ")
        status, *answer_headers = answered.splitlines()
        told = dict(header.split(": ", 1) for header in answer_headers if ": " in header)
        bodies = [body for ending in ("json", "html") if (body := SAMPLES / f"{name}.{ending}").exists()]
        where, _, query = target.removeprefix(MOUNT).partition("?")
        yield Recording(
            name=name,
            method=method,
            path=where,
            query=query,
            headers=tuple(_pair(header) for header in headers),
            now=parsedate_to_datetime(told["date"]).astimezone(UTC),
            status=int(status.split(" ")[1]),
            content_type=told.get("Content-Type"),
            answer=_in_order(bodies[0].read_bytes()) if bodies else b"",
            loose=LOOSE.get(name, ()),
        )


def _in_order(body: bytes) -> bytes:
    """Lists that the register gives in no order, by id: as the stand-in gives them."""
    try:
        whole = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body  # an HTML page
    for found in _objects(whole):
        for field in UNORDERED:
            if field in found:
                found[field].sort(key=lambda reference: str(_id(reference)))
    return msgspec.json.encode(whole)


def _pair(header: str) -> tuple[str, str]:
    name, _, value = header.partition(": ")
    return name, value


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object with a type and an id, however deep."""
    if isinstance(value, dict):
        if "@type" in value and "id" in value:
            yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)


def _row(kind: str, whole: dict[str, Any]) -> Row:
    """The object as the register keeps it: without what it adds, ids in place of references."""
    row = {field: value for field, value in whole.items() if field not in ADDED | OF_THE_STORE}
    if kind == "event":
        for field in OF_THE_SEARCH:
            row.pop(field, None)
        row["images"] = [image["id"] for image in row["images"]]
        for field in ONE_REFERENCE:
            row[field] = None if row[field] is None else _id(row[field])
        for field in MANY_REFERENCES:
            row[field] = [_id(reference) for reference in row[field]]
    elif kind == "keyword_set":
        row["keywords"] = [_id(reference) for reference in row["keywords"]]
    elif kind == "registration":
        row["event"] = _id(row["event"])
    elif kind == "organization":
        for field in ("parent_organization", "replaced_by"):
            row[field] = None if row[field] is None else _last(row[field])
        for field in ("sub_organizations", "affiliated_organizations"):
            row[field] = [_last(link) for link in row[field]]
    return row


def _id(reference: dict[str, Any]) -> str | int:
    found: str | int = reference["id"] if "id" in reference else _last(reference["@id"])
    return int(found) if re.fullmatch(r"\d+", str(found)) else found


def _last(link: str) -> str:
    return unquote(urlsplit(link).path.rstrip("/").rpartition("/")[2])
