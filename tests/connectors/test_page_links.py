"""Which pages a listing page or a sitemap leads to. `tests/harvest/test_linked_pages.py` goes the whole way."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.connectors.jsonld import JsonLd
from hub.connectors.page_links import INDEX, TOO_MANY, links_in
from hub.errors import BadSettings, PayloadChanged
from hub.fetch import Ask, Reply, Request, Source
from hub.records.core import LocalizedText

READ_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)

SITE = "https://theatre.example"
URL = f"{SITE}/ohjelmisto"


def source(**options: object) -> Source:
    return Source(
        name="theatre",
        id="theatre",
        connector="jsonld",
        url=URL,
        title=LocalizedText(fi="Teatteri"),
        options={"follow": "/e/", **options},
    )


def reply(body: str) -> Reply:
    request = Request(method="GET", url=URL)
    return Reply(source=source(), request=request, status=200, headers={}, body=body.encode(), read_at=READ_AT)


def listing(*links: str) -> str:
    leading = "".join(f'<a href="{link}">x</a>' for link in links)
    return f"<!doctype html><body>{leading}</body>"


# ---- which links ----------------------------------------------------------------------------------------------------


def test_links_of_the_same_site_below_the_path_are_followed_once_each() -> None:
    found = links_in(
        reply(
            listing(
                "/e/1", "e/2", "/e/1#tickets", f"{SITE}/e/3?x=1", "https://elsewhere.example/e/4", "/about",
                "http://theatre.example/e/5", "javascript:alert(1)", "//user@theatre.example/e/6", "/ohjelmisto#e",
            )
        ),
        "/e/",
    )  # fmt: skip

    assert found.urls == (f"{SITE}/e/1", f"{SITE}/e/2", f"{SITE}/e/3?x=1")
    assert found.remarks == ()


def test_of_a_sitemap_the_latest_pages_are_followed() -> None:
    places = "".join(
        f"<url><loc> {SITE}/e/{n}?a=1&amp;b=2 </loc><lastmod>2026-11-{n:02}</lastmod></url>" for n in range(1, 29)
    )
    more = f"<url><loc>{SITE}/e/old</loc></url><url><loc>{SITE}/about</loc></url>" * 30
    sitemap = (
        f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{more}{places}</urlset>'
    )

    found = links_in(reply(sitemap), "/e/")

    assert found.urls[:2] == (f"{SITE}/e/28?a=1&b=2", f"{SITE}/e/27?a=1&b=2")
    assert found.urls[-1] == f"{SITE}/e/old"
    assert len(found.urls) == 29


def test_fifty_pages_are_followed_and_more_are_told() -> None:
    found = links_in(reply(listing(*(f"/e/{n}" for n in range(51)))), "/e/")

    assert len(found.urls) == 50
    assert found.remarks == (TOO_MANY,)


def test_an_index_of_sitemaps_is_told() -> None:
    index = f"<sitemapindex><sitemap><loc>{SITE}/e/sitemap.xml</loc></sitemap></sitemapindex>"

    assert links_in(reply(index), "/e/").remarks == (INDEX,)


@pytest.mark.parametrize("wrong", [{"follow": "e/"}, {"follow": 7}, {"pages": ["/e/1"]}])
def test_an_option_that_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadSettings, match="follow"):
        JsonLd(source(**wrong))


def test_what_leads_nowhere_is_a_changed_payload() -> None:
    fetch = JsonLd(source()).events(Ask(now=READ_AT))

    assert fetch.parse(reply(listing("/e/1", "/about"))).next == f"robots\n{SITE}/e/1"
    with pytest.raises(PayloadChanged, match="leads to no others"):
        fetch.parse(reply("<html><form>Log in</form></html>"))


def test_pages_are_counted_by_the_links() -> None:
    assert JsonLd(source()).probe().parse(reply(listing("/e/1", "/e/2", "/about"))) == 2
