"""Every exception of ours.

    HubError                      code: what a client sees in extensions.code
    ├── UpstreamError             carries the source's name; stale-if-error answers it
    │   ├── UpstreamTimeout
    │   ├── UpstreamUnavailable   5xx, no connection; may say when to come back
    │   │   ├── CircuitOpen       not asked: it failed too often just now
    │   │   └── Overloaded        not asked: our own queue or pace for it is full
    │   ├── UpstreamThrottled     429; says when to come back
    │   ├── NoCredentials         not asked: it wants credentials, and none are configured
    │   ├── UpstreamRefused       4xx, or a GraphQL upstream's errors: our request was wrong
    │   │   └── UpstreamGone      410: what was asked for is no more, and will not be again
    │   └── PayloadChanged        the reply no longer has the shape we read
    ├── BadInput                  the caller can mend it
    │   ├── BadId · BadCursor
    │   └── QueryTooDeep · QueryTooCostly · TooManyLookups
    └── BadSettings               the operator can mend it: every mistake, with file and key

Not found is an answer (None), not an error. No message holds a secret, a person or a full address with its query.
"""

from __future__ import annotations

from typing import ClassVar


class HubError(Exception):
    """The root. `code` is stable and documented; `retryable` says whether the same request may succeed later."""

    code: ClassVar[str] = "INTERNAL"
    retryable: ClassVar[bool] = False


class UpstreamError(HubError):
    """A source did not give what was asked. `source` is its name in the configuration."""

    code: ClassVar[str] = "UPSTREAM_FAILED"
    retryable: ClassVar[bool] = True

    def __init__(self, message: str, *, source: str) -> None:
        super().__init__(message)
        self.source = source


class UpstreamTimeout(UpstreamError):
    code: ClassVar[str] = "UPSTREAM_TIMEOUT"


class UpstreamUnavailable(UpstreamError):
    """`retry_after`: seconds that the source said to wait, None if it did not tell."""

    code: ClassVar[str] = "UPSTREAM_UNAVAILABLE"

    def __init__(self, message: str, *, source: str, retry_after: float | None = None) -> None:
        super().__init__(message, source=source)
        self.retry_after = retry_after


class CircuitOpen(UpstreamUnavailable):
    pass


class Overloaded(UpstreamUnavailable):
    pass


class UpstreamThrottled(UpstreamUnavailable):
    """The source said "too many"."""


class NoCredentials(UpstreamError):
    """The message says where they were looked for, never what was found."""

    code: ClassVar[str] = "UPSTREAM_NOT_CONFIGURED"
    retryable: ClassVar[bool] = False


class UpstreamRefused(UpstreamError):
    code: ClassVar[str] = "UPSTREAM_REFUSED"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, source: str, status: int | None = None) -> None:
        super().__init__(message, source=source)
        self.status = status


class UpstreamGone(UpstreamRefused):
    pass


class PayloadChanged(UpstreamError):
    code: ClassVar[str] = "UPSTREAM_CHANGED"
    retryable: ClassVar[bool] = False


class BadInput(HubError):
    code: ClassVar[str] = "BAD_INPUT"


class BadId(BadInput):
    code: ClassVar[str] = "BAD_ID"


class BadCursor(BadInput):
    code: ClassVar[str] = "BAD_CURSOR"


class QueryTooDeep(BadInput):
    code: ClassVar[str] = "QUERY_TOO_DEEP"


class QueryTooCostly(BadInput):
    code: ClassVar[str] = "QUERY_TOO_COSTLY"


class TooManyLookups(BadInput):
    code: ClassVar[str] = "TOO_MANY_LOOKUPS"


class Withdrawn(BadInput):
    """An id whose record its source has taken back within the last 90 days."""

    code: ClassVar[str] = "WITHDRAWN"


class BadSettings(HubError):
    """`mistakes`: one line each, with file, key and what was expected."""

    code: ClassVar[str] = "BAD_SETTINGS"

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes
