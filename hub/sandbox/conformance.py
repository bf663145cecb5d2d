"""How a stand-in's answer is held to what the real software answered: by shape, by ids and by counts.

Held equal      status, media type, keys, null or not, JSON types, lengths of lists, the order of items (by their ids),
                ids (`id`, `pk`, `@id`, …), counts (`total`, `count`, …), machine-read words (`code`, `__typename`, …)
Held in form    other scalars: a date stays a date, a moment keeps its "Z" or its offset, "" stays "", a whole number
                whole, a link a link
Not held        the words of texts, the order of keys
Excused         what lies at or below a path in `recording.loose`; "*" stands for one key or index, "" for the body

Bodies that are no JSON: plain text is equal up to numbers and ids; of others only whether there is anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec

from hub.sandbox.standin import Recording

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Path: TypeAlias = "tuple[str | int, ...]"

COUNTS = frozenset({"total", "count", "resultCount", "totalCount"})
IDS = frozenset({"id", "pk", "@id", "ocd_id", "tprekId", "slug", "startCursor", "endCursor"})
WORDS = frozenset({"__typename", "code", "typeName", "fieldName", "statusMessage", "object_type"})
EXACT = COUNTS | IDS | WORDS

DATE = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
CLOCK = re.compile(r"\d\d:\d\d(?::\d\d)?")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
LINK = re.compile(r"https?://\S+")
NUMBERED = re.compile(r"[\w.:-]*\d[\w.:-]*")
LONGEST_SHOWN = 60


def differences(recording: Recording, status: int, content_type: str | None, answer: bytes) -> list[str]:
    """One line for each way in which the answer differs from the recording; [] where it conforms."""
    found: list[str] = []
    if status != recording.status:
        found.append(f"status: {status}, recorded {recording.status}")
    wanted, given = _media_type(recording.content_type), _media_type(content_type)
    if wanted is not None and given != wanted:
        found.append(f"media type: {given}, recorded {wanted}")
    if _excused((), recording.loose):
        return found
    recorded = _decoded(recording.answer) if wanted is None or "json" in wanted else None
    if recorded is None:
        return found + list(_other_body(recording.answer, answer, wanted))
    answered = _decoded(answer)
    if answered is None:
        return [*found, f"body: no JSON, recorded {_kind(recorded[0])}"]
    return found + [
        f"{_dotted(path)}: {what}"
        for path, what in _unequal(recorded[0], answered[0], ())
        if not _excused(path, recording.loose)
    ]


def _unequal(recorded: JSON, answered: JSON, path: Path) -> Iterator[tuple[Path, str]]:
    """Where one value differs from its recorded counterpart."""
    if _kind(recorded) != _kind(answered):
        yield path, f"{_kind(answered)}, recorded {_kind(recorded)}"
    elif isinstance(recorded, dict) and isinstance(answered, dict):
        yield from _unequal_keys(set(recorded), set(recorded), answered, path)
        for key, value in recorded.items():
            if key in answered:
                yield from _unequal(value, answered[key], (*path, key))
    elif isinstance(recorded, list) and isinstance(answered, list):
        if len(recorded) == len(answered):
            for position, (one, other) in enumerate(zip(recorded, answered, strict=True)):
                yield from _unequal(one, other, (*path, position))
        else:
            yield path, f"{len(answered)} items, recorded {len(recorded)}"
            if recorded:
                for position, other in enumerate(answered):
                    yield from _unlike(recorded, other, (*path, position))
    elif path and path[-1] in EXACT:
        if recorded != answered:
            yield path, f"{_shown(answered)}, recorded {_shown(recorded)}"
    elif not _of_form(answered, recorded):
        yield path, f"{_form(answered)} {_shown(answered)}, recorded {_form(recorded)} {_shown(recorded)}"


def _unlike(recorded: Sequence[JSON], answered: JSON, path: Path) -> Iterator[tuple[Path, str]]:
    """Where a value fits none of the recorded ones: their shapes taken together, ids and counts apart."""
    kinds = sorted({_kind(one) for one in recorded})
    if _kind(answered) not in kinds:
        yield path, f"{_kind(answered)}, recorded {' or '.join(kinds)}"
    elif isinstance(answered, dict):
        objects = [one for one in recorded if isinstance(one, dict)]
        always = set.intersection(*(set(one) for one in objects))
        yield from _unequal_keys(always, {key for one in objects for key in one}, answered, path)
        for key, value in answered.items():
            if counterparts := [one[key] for one in objects if key in one]:
                yield from _unlike(counterparts, value, (*path, key))
    elif isinstance(answered, list):
        items = [item for one in recorded if isinstance(one, list) for item in one]
        if answered and not items:
            yield path, f"{len(answered)} items, recorded none"
        elif items:
            for position, item in enumerate(answered):
                yield from _unlike(items, item, (*path, position))
    elif not any(_kind(one) == _kind(answered) and _of_form(answered, one) for one in recorded):
        forms = sorted({_form(one) for one in recorded})
        yield path, f"{_form(answered)} {_shown(answered)}, recorded {' or '.join(forms)}"


def _unequal_keys(
    always: set[str], known: set[str], answered: dict[str, JSON], path: Path
) -> Iterator[tuple[Path, str]]:
    for key in sorted(always - set(answered)):
        yield (*path, key), "absent, recorded"
    for key in sorted(set(answered) - known):
        yield (*path, key), f"{_kind(answered[key])}, not recorded"


def _of_form(answered: JSON, recorded: JSON) -> bool:
    """A recorded 60.0 may be answered as 60, since JSON has one kind of number; a recorded 60 not as 60.5."""
    return _form(answered) == _form(recorded) or (isinstance(recorded, float) and isinstance(answered, int))


def _kind(value: JSON) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case dict():
            return "an object"


def _form(value: JSON) -> str:
    if isinstance(value, str):
        return _form_of_text(value)
    if isinstance(value, float):
        return "a fraction"
    if isinstance(value, int) and not isinstance(value, bool):
        return "a whole number"
    return _kind(value)


def _form_of_text(text: str) -> str:
    if text == "":
        return "the empty string"
    if moment := MOMENT.fullmatch(text):
        zone = moment[1]
        return "a naive moment" if zone is None else "a moment with Z" if zone == "Z" else "a moment with an offset"
    forms = ((DATE, "a date"), (CLOCK, "a clock time"), (NUMBER, "a number in quotes"), (LINK, "a link"))
    return next((form for pattern, form in forms if pattern.fullmatch(text)), "a text")


def _other_body(recorded: bytes, answered: bytes, media_type: str | None) -> Iterator[str]:
    if bool(recorded.strip()) != bool(answered.strip()):
        yield f"body: {'something' if answered.strip() else 'empty'}, recorded otherwise"
    elif media_type in {None, "text/plain"}:
        one, other = (NUMBERED.sub("#", body.decode("utf-8", "replace")).strip() for body in (recorded, answered))
        if one != other:
            yield f"body: {_shown(other)}, recorded {_shown(one)}"


def _decoded(body: bytes) -> tuple[JSON] | None:
    """The value in a tuple, since it may be null; None where the body is no JSON."""
    try:
        value: JSON = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    return (value,)


def _media_type(content_type: str | None) -> str | None:
    return content_type.split(";")[0].strip().lower() if content_type is not None else None


def _excused(path: Path, loose: tuple[tuple[str, str], ...]) -> bool:
    here = [str(part) for part in path]
    for pattern, _ in loose:
        parts = pattern.split(".") if pattern else []
        if len(parts) <= len(here) and all(part in {"*", own} for part, own in zip(parts, here, strict=False)):
            return True
    return False


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in path) or "body"


def _shown(value: JSON) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
