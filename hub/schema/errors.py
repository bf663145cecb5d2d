"""Errors as callers see them: ours with their codes, everything else masked with an incident id."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from graphql import GraphQLError

from hub.errors import HubError, UpstreamError

log = logging.getLogger(__name__)

REQUEST_ERROR = "BAD_REQUEST"  # syntax, validation, variables: the document itself is wrong


def formatted(error: GraphQLError) -> dict[str, Any]:
    """The `errors` entry: message, locations, path, and extensions with `code`, `retryable`, `source` or `incident`."""
    cause = _cause(error)
    entry: dict[str, Any] = {**error.formatted}
    if isinstance(cause, HubError):
        entry["message"] = f"{cause}"
        source = {"source": cause.source} if isinstance(cause, UpstreamError) else {}
        entry["extensions"] = {"code": cause.code, "retryable": cause.retryable, **source}
    elif cause is None:
        known = error.extensions or {}
        entry["extensions"] = {"code": REQUEST_ERROR, "retryable": False, **known}
    else:
        incident = secrets.token_hex(6)
        log.error("graphql.failed", exc_info=cause, extra={"incident": incident})
        entry["message"] = f"something went wrong here; we know it as incident {incident}"
        entry["extensions"] = {"code": HubError.code, "retryable": True, "incident": incident}
    return entry


def _cause(error: GraphQLError) -> BaseException | None:
    """What our own code raised; None for an error that the GraphQL engine made of the request itself."""
    cause: BaseException | None = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
