"""Outside addresses made safe to show: absolute, http or https, without credentials, printable, at most 2 000
characters; else dropped.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

LONGEST = 2_000
FORBIDDEN = re.compile(r'[ <>"\\]')
# what most addresses look like: nothing in one of these can be wrong, and taking it apart costs ten times as much
ORDINARY = re.compile(r"https?://[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+(?:/[A-Za-z0-9._~/?&=%+,;:#!-]*)?")


def weblink(text: str | None, base: str | None = None) -> str | None:
    """The address, or None where it is not one that a page may link to."""
    if not text:
        return None
    address = text.strip()
    if address.startswith("www."):
        address = f"https://{address}"
    if base is None and len(address) <= LONGEST and ORDINARY.fullmatch(address):
        return address
    if len(address) > LONGEST or not address.isprintable() or FORBIDDEN.search(address):
        return None
    try:
        whole = urljoin(base, address) if base else address
        parts = urlsplit(whole)
        host, port = parts.hostname, parts.port  # a port that is none raises
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or port == 0 or "@" in parts.netloc:
        return None
    if host is None or not any(c.isalnum() for c in host) or len(whole) > LONGEST:
        return None
    return whole
