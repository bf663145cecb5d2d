from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.robots import MOST, allows, rules_of


def allowed(robots: str, path: str) -> bool:
    return allows(rules_of(robots), path)


@pytest.mark.parametrize(
    ("rules", "path", "may"),
    [
        ("", "/e/1", True),
        ("Disallow:", "/e/1", True),
        ("Disallow: /", "/e/1", False),
        ("disallow : /e/  # for now", "/e/1", False),
        ("Disallow: /e/", "/events", True),
        ("Disallow: /e/\nAllow: /e/1", "/e/1", True),
        ("Allow: /e/\nDisallow: /e/1", "/e/12", False),
        ("Disallow: /e\nAllow: /e", "/e/1", True),
        ("Disallow: /*?print=", "/e/1?print=1", False),
        ("Disallow: /*.pdf$", "/e/1.pdf", False),
        ("Disallow: /*.pdf$", "/e/1.pdf.html", True),
        ("Disallow: /*a*b$", "/xaxb", False),
        ("Disallow: /*a*b$", "/xbxa", True),
        ("Disallow: /ab*b$", "/ab", True),
        ("Disallow: /e/1$", "/e/12", True),
        ("Disallow: /t%C3%A4n%C3%A4%C3%A4n/", "/tänään/1", False),
        ("Sitemap: https://a.example/\nnonsense\nDisallow: /e", "/e/1", False),
    ],
)
def test_the_longest_rule_that_fits_decides(rules: str, path: str, may: bool) -> None:
    assert allowed(f"User-agent: *\n{rules}\n", path) is may


@pytest.mark.parametrize(
    ("robots", "may"),
    [
        ("User-agent: *\nDisallow: /\n\nUser-agent: CityHub\nDisallow: /admin", True),
        ("User-agent: *\nAllow: /\n\nUser-agent: cityhub\nDisallow: /", False),
        ("User-agent: other\nUser-agent: cityhub\nDisallow: /", False),
        ("User-agent: other\nDisallow: /", True),
        ("User-agent: cityhub\nDisallow: /a\nUser-agent: other\nDisallow: /\nUser-agent: cityhub\nDisallow: /e", False),
        ("Disallow: /", True),
    ],
)
def test_the_groups_that_name_us_go_before_those_for_everybody(robots: str, may: bool) -> None:
    assert allowed(robots, "/e/1") is may


def test_many_stars_cost_nothing() -> None:
    rules = rules_of("User-agent: *\n" + f"Disallow: /{'*a' * 900}$\n" * 200)
    assert allows(rules, f"/{'a' * 1_900}b")


@given(st.text(max_size=200), st.text(alphabet="/*$?ab%2é\n", max_size=40))
def test_whatever_stands_there_a_page_may_be_read_or_not(robots: str, path: str) -> None:
    assert allows(rules_of(f"User-agent: *\nDisallow: {path}\n{robots}"), f"/{path}") in {True, False}


def test_no_more_is_read_than_it_may_have() -> None:
    assert allowed("User-agent: *\n" + "#" * MOST + "\nDisallow: /", "/e/1")
