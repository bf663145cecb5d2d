from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.weblinks import LONGEST, weblink

BASE = "https://tapahtumat.hel.fi/fi/"


@pytest.mark.parametrize(
    "address",
    [
        "https://hel.fi",
        "http://hel.fi/polku?a=1&b=2#c",
        "https://hel.fi:8443/",
        "https://xn--hmeenlinna-v5a.fi/",
        "https://hämeenlinna.fi/ääkköset",
        "https://hel.fi/a%20b",
        "https://hel.fi/o'malley",
        "http://[2001:db8::1]/",
        "HTTPS://HEL.FI/",
    ],
)
def test_an_address_for_people_is_kept_as_it_is(address: str) -> None:
    assert weblink(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "", "   ", "hel.fi", "/polku", "//hel.fi/", "mailto:a@hel.fi", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
        "data:text/html,x", "ftp://hel.fi/", "file:///etc/passwd", "https:hel.fi", "https://", "http:///polku", "https://.",
        "https://..", "https://hel.fi@evil.example/", "https://user:secret@hel.fi/", "https://@evil.example/",
        "https://hel.fi:99999/", "https://hel.fi:x/", "https://hel.fi:0/", "https://[::1", "http://a℀b/",
        "https://hel.fi/a b", "https://hel.fi/\n", "https://hel.fi/a\tb", "https://hel.fi/\x00", "https://hel.fi/\u202e",
        "https://hel.fi/<script>", 'https://hel.fi/"onclick=', "https:\\\\evil.example", "https://hel.fi\\@evil.example",
        "https://hel.fi/" + "a" * LONGEST,
    ],
)  # fmt: skip
def test_what_a_page_may_not_link_to_is_dropped(address: str) -> None:
    if address == "https://hel.fi/\n":
        assert weblink(address) == "https://hel.fi/"  # white space around it says nothing
    else:
        assert weblink(address) is None


def test_nothing_is_nothing() -> None:
    assert weblink(None) is None
    assert weblink(None, BASE) is None


def test_www_is_taken_for_an_address() -> None:
    assert weblink("www.hel.fi/kirjasto") == "https://www.hel.fi/kirjasto"


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("kuva.jpg", "https://tapahtumat.hel.fi/fi/kuva.jpg"),
        ("/kuva.jpg", "https://tapahtumat.hel.fi/kuva.jpg"),
        ("//kuvat.hel.fi/kuva.jpg", "https://kuvat.hel.fi/kuva.jpg"),
        ("https://muu.fi/", "https://muu.fi/"),
        ("javascript:alert(1)", None),
        ("//evil@hel.fi/", None),
        ("a" * 1_990, None),  # too long once it is whole
    ],
)
def test_a_relative_address_is_read_from_its_base(address: str, whole: str | None) -> None:
    assert weblink(address, BASE) == whole


ODD = st.text(alphabet="htps:/\\@.#?[]%:0 \t\nfi-<>\"'ä\u202ewjavscript", max_size=40)


@given(ODD | ODD.map("https://".__add__) | st.text(), st.none() | st.just(BASE))
def test_whatever_is_sent_what_is_kept_is_absolute_and_safe(text: str, base: str | None) -> None:
    address = weblink(text, base)

    if address is not None:
        parts = urlsplit(address)
        assert parts.scheme in {"http", "https"}
        assert parts.hostname
        assert "@" not in parts.netloc
        assert address.isprintable()
        assert not set(address) & set(' <>"\\')
        assert len(address) <= LONGEST
        assert weblink(address) == address
