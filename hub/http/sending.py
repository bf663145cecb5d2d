"""How a body goes out: known already (304), compressed, or as it is."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from hub.http.languages import weight_of

OPEN = {"Access-Control-Allow-Origin": "*"}  # reading is for every page; there is nothing else
WORTH_COMPRESSING = 1_000  # bytes
LEVEL = 5  # 50 kB of JSON become 6 in a millisecond


def sent(
    request: Request, body: bytes, headers: Mapping[str, str], *, status: int = 200, etag: bool = False
) -> Response:
    """`headers` hold Content-Type and Vary; a Vary names Accept-Encoding, since any body may be compressed.

    `etag`: the answer to a GET, which need not be sent to those who have it.
    """
    all_headers = dict(headers)
    if etag:
        all_headers["ETag"] = tag = etag_of(body)
        if is_known(tag, request.headers.get("if-none-match")):
            del all_headers["Content-Type"]
            return Response(status_code=304, headers=all_headers)
    if len(body) >= WORTH_COMPRESSING and takes_gzip(request.headers.get("accept-encoding")):
        body = gzip.compress(body, LEVEL, mtime=0)
        all_headers["Content-Encoding"] = "gzip"
    return Response(body, status, all_headers)


def takes_gzip(accept_encoding: str | None) -> bool:
    parts = (part.partition(";") for part in (accept_encoding or "").split(","))
    return any(coding.strip().lower() == "gzip" and weight_of(parameters) > 0 for coding, _, parameters in parts)


def etag_of(body: bytes) -> str:
    """Weak: the same answer may be sent compressed."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Whether the caller has it already, by the weak comparison of RFC 9110."""
    if if_none_match is None:
        return False
    known = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return "*" in known or etag.removeprefix("W/") in known
