"""Where each stand-in lies below the sandbox's address: paths as on the real hosts, behind a prefix of its own."""

from __future__ import annotations

# The mount of each stand-in's app, and what follows it in the address that a source is configured with.
MOUNTS: dict[str, tuple[str, str]] = {
    "servicemap": ("/servicemap/v2", "/"),
    "kirkanta": ("/kirkanta/v4", "/"),
    "varaamo": ("/varaamo", "/graphql/"),
    "finna": ("/finna", "/v1/"),
    "decidim": ("/decidim", "/"),
    "linkedevents": ("/linkedevents/v1", "/"),
    "espoo": ("/espoo/v1", "/"),
    "icalendar": ("/icalendar", "/events.ics"),
    "rss": ("/rss", "/tapahtumat.xml"),
    "jsonld": ("/jsonld", "/tapahtumat"),
    "tribe": ("/tribe", "/"),
    "hauki": ("/hauki/v1", "/"),
    "kausal": ("/kausal", "/v1/graphql/"),
    "respa": ("/respa/v1", "/"),
    "kerrokantasi": ("/kerrokantasi/v1", "/"),
    "decisions": ("/decisions", "/"),
    "sierra": ("/sierra/iii/sierra-api", "/v6/"),
    "koha": ("/koha", "/api/v1/"),
    "volunteering": ("/volunteering/v1", "/"),
    "openahjo": ("/openahjo/paatokset/v1", "/"),
}


def bases(origin: str) -> dict[str, str]:
    """The `url` of each source, by its name, for a sandbox at `origin` ("http://127.0.0.1:8100")."""
    return {name: origin.rstrip("/") + mount + rest for name, (mount, rest) in MOUNTS.items()}
