"""What callers see of an error: a stable code, whether trying again helps, and nothing of our insides."""

from __future__ import annotations

import logging

import pytest
from graphql import GraphQLError

from hub.errors import BadCursor, UpstreamTimeout
from hub.schema.errors import formatted


def test_an_error_of_ours_tells_its_code_and_words() -> None:
    entry = formatted(GraphQLError("wrapped", original_error=BadCursor("'x' is not a cursor of this list")))
    assert entry["message"] == "'x' is not a cursor of this list"
    assert entry["extensions"] == {"code": "BAD_CURSOR", "retryable": False}


def test_a_failed_source_is_named() -> None:
    cause = UpstreamTimeout("finna did not answer within 5 s: GET /search", source="finna")
    entry = formatted(GraphQLError("wrapped", original_error=cause))
    assert entry["extensions"] == {"code": "UPSTREAM_TIMEOUT", "retryable": True, "source": "finna"}


def test_a_mistake_in_the_request_keeps_the_engines_words() -> None:
    entry = formatted(GraphQLError("Cannot query field 'x' on type 'Query'."))
    assert entry["message"] == "Cannot query field 'x' on type 'Query'."
    assert entry["extensions"] == {"code": "BAD_REQUEST", "retryable": False}


def test_anything_else_is_masked_and_can_be_found_by_its_incident(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        entry = formatted(GraphQLError("boom /etc/passwd", original_error=KeyError("secret")))
    incident = entry["extensions"]["incident"]
    assert entry["extensions"]["code"] == "INTERNAL"
    assert "secret" not in entry["message"]
    assert "passwd" not in entry["message"]
    assert incident in entry["message"]
    assert [record.incident for record in caplog.records if hasattr(record, "incident")] == [incident]
