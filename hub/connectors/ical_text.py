"""A calendar's bytes taken apart: VCALENDARs with their VEVENTs and VTIMEZONEs, whatever state the rest is in.

Written for what feeds really hold (RFC 5545 and its breaches): folds through a character or over blank lines, a
byte-order mark, UTF-16, windows-1252, raw line breaks in a text, unbalanced quotes, several calendars in one file, a
file that was cut off. A line that can't be read is left out; what else its component says stands.
Attendees, alarms, to-dos and journals are passed over unread.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from typing import Final

import msgspec

MOST_EVENTS: Final = 20_000
DEEPEST: Final = 4
START: Final = re.compile(rb"\s*BEGIN[ \t]*:[ \t]*VCALENDAR\b", re.IGNORECASE)
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
PARAMETER: Final = re.compile(r'\s*([A-Za-z][A-Za-z0-9-]*)\s*=\s*((?:"[^"]*"|[^";])*)')
ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
MOMENTS: Final = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"})  # their values hold no colon
KEPT: Final = frozenset({"VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT"})
INSIDE: Final = {"VCALENDAR": "", "VEVENT": "VCALENDAR", "VTIMEZONE": "VCALENDAR"}
UNREAD: Final = frozenset({"ATTENDEE", "CONTACT", "REQUEST-STATUS", "COMMENT"})


class NoCalendar(ValueError):
    """The bytes are no calendar: a log-in page, another feed, nothing."""


class Property(msgspec.Struct, frozen=True):
    """`value` is raw: still escaped. `params` without quotes, names in capitals."""

    name: str
    params: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        return unescaped(self.value)


class Component(msgspec.Struct):
    name: str
    line: int  # where it begins, counted from 1
    properties: list[Property] = msgspec.field(default_factory=list)
    children: list[Component] = msgspec.field(default_factory=list)
    closed: bool = False

    def all(self, name: str) -> list[Property]:
        return [one for one in self.properties if one.name == name]

    def first(self, name: str) -> Property | None:
        return next((one for one in self.properties if one.name == name), None)

    def text(self, name: str) -> str | None:
        found = self.first(name)
        return found.text.strip() or None if found is not None else None

    def inner(self, name: str) -> list[Component]:
        return [one for one in self.children if one.name == name]


class File(msgspec.Struct, frozen=True):
    """`is_whole` False: it was cut off. `is_all` False: it holds more events than are read."""

    calendars: tuple[Component, ...]
    is_whole: bool
    is_utf_8: bool
    is_all: bool = True


def read_file(body: bytes) -> File:
    """NoCalendar if there is none. Events that were not closed are there and say so."""
    plain = _without_mark(body)
    if not START.match(plain):
        raise NoCalendar("it does not begin with BEGIN:VCALENDAR")
    calendars: list[Component] = []
    stack: list[Component] = []
    passed_over: list[str] = []  # components inside one that is not read
    events = 0
    is_whole = True
    for number, line in _lines(plain):
        begun, _, name = line.partition(":")
        name = name.strip().upper()
        match begun.strip().upper():
            case "BEGIN" if name in INSIDE:
                # These lie in one thing only: what stands open between was never closed.
                passed_over.clear()
                while stack and stack[-1].name != INSIDE[name]:
                    is_whole &= stack.pop().name != "VCALENDAR"
                events += name == "VEVENT"
                if events > MOST_EVENTS:
                    return File(_calendars(calendars), is_whole=True, is_utf_8=is_utf_8(plain), is_all=False)
                _open(Component(name, number), stack, calendars)
            case "BEGIN" if passed_over or name not in KEPT or len(stack) >= DEEPEST:
                passed_over.append(name)
            case "BEGIN":
                _open(Component(name, number), stack, calendars)
            case "END":
                _close(name, stack, passed_over)
            case _ if stack and not passed_over and (found := _property(line)) is not None:
                stack[-1].properties.append(found)
    return File(_calendars(calendars), is_whole=is_whole and not stack, is_utf_8=is_utf_8(plain))


def _calendars(found: list[Component]) -> tuple[Component, ...]:
    return tuple(one for one in found if one.name == "VCALENDAR")


def _open(component: Component, stack: list[Component], calendars: list[Component]) -> None:
    (stack[-1].children if stack else calendars).append(component)
    stack.append(component)


def unescaped(value: str) -> str:
    return ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def split(value: str) -> list[str]:
    """A list's raw values apart; an escaped comma divides nothing."""
    return re.findall(r"(?:\\.|[^,\\])+", value, re.DOTALL)


def as_html(text: str) -> str:
    """A description as HTML: as it is if it has tags, else with its line breaks."""
    if re.search(r"</?(?:p|br|a|ul|ol|li|b|i|strong|em|div|span|h\d)\b[^<>]*>", text, re.IGNORECASE):
        return text
    return html.escape(text.strip(), quote=False).replace("\n", "<br>")


def _without_mark(body: bytes) -> bytes:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace").encode()
    return body.removeprefix(codecs.BOM_UTF8)


def _lines(body: bytes) -> Iterator[tuple[int, str]]:
    """Content lines with the number of their first line. Unfolded as octets: a fold may part a character."""
    parts: list[bytes] = []
    first = 0
    for number, raw in enumerate(body.split(b"\n"), 1):
        line = raw.removesuffix(b"\r")
        if not line:
            continue  # also inside a fold
        if line[:1] in {b" ", b"\t"} and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield first, _decoded(b"".join(parts))
        parts, first = [line], number
    if parts:
        yield first, _decoded(b"".join(parts))


def is_utf_8(body: bytes) -> bool:
    """Told of the file as it is unfolded: a fold may part a character."""
    try:
        re.sub(rb"\r?\n[ \t]", b"", body).decode()
    except UnicodeDecodeError:
        return False
    return True


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _close(name: str, stack: list[Component], passed_over: list[str]) -> None:
    """Ends the innermost of that name and what is open inside it; the end of nothing is passed over."""
    if passed_over:
        if name in passed_over:
            while passed_over.pop() != name:
                pass
            return
        if name not in {one.name for one in stack}:
            return
        passed_over.clear()
    if name not in {one.name for one in stack}:
        return
    while (ended := stack.pop()).name != name:
        pass
    ended.closed = True


def _property(line: str) -> Property | None:
    """None for what is no content line, and for what is not ours to read."""
    match = NAME.match(line)
    if match is None:
        return None
    name, rest = match[0].upper(), line[match.end() :]
    if name in UNREAD:
        return None
    # A zone's display name may hold colons and commas without quotes.
    head, colon, value = rest.rpartition(":") if name in MOMENTS else _parted(rest)
    if not colon or (head.strip() and not head.lstrip().startswith(";")):
        return None
    params: dict[str, str] = {}
    for found in PARAMETER.finditer(head):
        params.setdefault(found[1].upper(), unescaped(found[2].strip().strip('"')).strip())
    return Property(name, params, value)


def _parted(rest: str) -> tuple[str, str, str]:
    """At the first colon outside quotes."""
    quoted = False
    for position, sign in enumerate(rest):
        if sign == '"':
            quoted = not quoted
        elif sign == ":" and not quoted:
            return rest[:position], ":", rest[position + 1 :]
    return rest, "", ""
