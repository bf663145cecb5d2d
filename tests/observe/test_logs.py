from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from hub.observe.logs import configure

log = logging.getLogger("hub.fetcher")


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root, hub = logging.getLogger(), logging.getLogger("hub")
    handlers, level, ours = root.handlers[:], root.level, hub.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    hub.setLevel(ours)


def test_an_event_is_one_json_line_with_its_fields() -> None:
    out = io.StringIO()
    configure("info", style="json", stream=out)
    log.info("upstream.down", extra={"upstream": "kirkanta", "openings": 2})
    line = json.loads(out.getvalue())
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "event": "upstream.down",
        "from": "hub.fetcher",
        "upstream": "kirkanta",
        "openings": 2,
    }


def test_a_line_break_in_a_field_does_not_make_a_second_line() -> None:
    for style in ("json", "plain"):
        out = io.StringIO()
        configure(style=style, stream=out)
        log.info("upstream.changed", extra={"reason": "a\nlevel=info forged"})
        assert out.getvalue().count("\n") == 1


def test_for_a_person_the_fields_stand_behind_the_event() -> None:
    out = io.StringIO()
    configure(stream=out)
    log.warning("upstream.back", extra={"upstream": "kirkanta"})
    assert out.getvalue().rstrip().endswith("warning upstream.back upstream='kirkanta'")


def test_other_libraries_are_heard_from_warnings_on_since_they_write_addresses() -> None:
    out = io.StringIO()
    configure("debug", stream=out)
    logging.getLogger("httpx").info("HTTP Request: GET https://library.example/?q=words")
    log.debug("cache.unreadable")
    assert "words" not in out.getvalue()
    assert "cache.unreadable" in out.getvalue()


def test_an_exception_is_told_with_its_trace() -> None:
    out = io.StringIO()
    configure(style="json", stream=out)
    try:
        int("broken")
    except ValueError:
        log.exception("app.failed")
    assert "ValueError: invalid literal" in json.loads(out.getvalue())["trace"]
