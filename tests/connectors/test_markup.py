from __future__ import annotations

import html
import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.connectors.markup import LONGEST, MOST_TAGS, TAGS, html_of, localized_html, localized_plain, plain
from hub.records.core import LocalizedText

PIECES = st.lists(
    st.sampled_from(
        [
            "<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "<?", "&lt;", "&gt;", "&amp;", "&#60;", "&#x202e;", '"',
            "'", "=", " ", "\n", "\x00", "\x0b", "\u202e", "\ud800", "a", "b", "br", "p", "script", "style", "svg",
            "iframe", "textarea", "href", "onclick", "javascript:", "data:", "https://a.fi/", "//a.fi", "mailto:", "ä",
            "math", "x",
        ]
    ),
    max_size=30,
).map("".join)  # fmt: skip
LINK = 'rel="noopener noreferrer nofollow"'


class Reader(HTMLParser):
    """What a browser would find."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_comment(self, data: str) -> None:
        self.tags.append("!--")


@given(PIECES | st.text())
@example("<<<b>b>script>alert(1)")
@example("<svg><style><a title='</style><img src=x onerror=alert(1)>'>")
def test_html_has_allowed_tags_and_safe_absolute_links_only(text: str) -> None:
    reader = Reader()
    reader.feed(html_of(text) or "")
    reader.close()

    assert set(reader.tags) <= TAGS
    for name, value in reader.attributes:
        assert name in {"href", "rel"}
        if name == "href":
            assert re.match(r"(https?://[^/]|mailto:|tel:)", value or "", re.IGNORECASE)


@given(PIECES | st.text())
@example("<<<b>b>script>alert(1)")
@example("&lt;&lt;b&gt;script&gt;x")
@example("<\x01script>x")
def test_plain_text_opens_no_tag_and_is_one_tidy_line(text: str) -> None:
    words = plain(text)

    if words is not None:
        assert not re.search(r"<[a-zA-Z/!?]", words)
        assert words == " ".join(words.split())
        assert words


@given(PIECES)
def test_what_was_cleaned_once_is_clean(text: str) -> None:
    once = html_of(text)

    assert html_of(once) == once


@given(st.text(alphabet="\u202a\u202e\u2066\u2069\ufeff\x00\x07\x7f\x9f\ud800\udfffa", max_size=20))
def test_nothing_invisible_that_turns_or_breaks_text_comes_through(text: str) -> None:
    letters = "a" * text.count("a") or None

    assert plain(text) == letters
    assert html_of(text) == letters
    assert plain("".join(f"&#{ord(c)};" for c in text if not "\ud800" <= c <= "\udfff")) in {letters, _read(text)}


def _read(text: str) -> str | None:
    """As HTML reads such numbers: NUL is the replacement character, C1 numbers are those of Windows."""
    shown = html.unescape("".join(f"&#{ord(c)};" for c in text if not "\ud800" <= c <= "\udfff"))
    return plain(shown)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("<p>Tervetuloa <b>kaikki</b>!</p>", "<p>Tervetuloa <strong>kaikki</strong>!</p>"),
        ("<h1 class='x'>Otsikko</h1><h2>Toinen</h2>", "<h3>Otsikko</h3><h3>Toinen</h3>"),
        ("<i>a</i><em>b</em>", "<em>a</em><em>b</em>"),
        ("<script>alert(1)</script><style>p{}</style>ok", "ok"),
        ("<p onclick=alert(1) style='x'>ok</p>", "<p>ok</p>"),
        ("<img src=x onerror=alert(1)>ok<iframe src=//x></iframe>", "ok"),
        ("<a href='https://hel.fi'>x</a>", f'<a href="https://hel.fi" {LINK}>x</a>'),
        ("<a href='mailto:kirjasto@hel.fi'>x</a>", f'<a href="mailto:kirjasto@hel.fi" {LINK}>x</a>'),
        ("<a href='www.hel.fi' target=_blank>x</a>", f'<a href="https://www.hel.fi" {LINK}>x</a>'),
        ("<a href='javascript:alert(1)'>x</a>", f"<a {LINK}>x</a>"),
        ("<a href=' java\tscript:alert(1)'>x</a>", f"<a {LINK}>x</a>"),
        ("<a href='data:text/html,x'>x</a>", f"<a {LINK}>x</a>"),
        ("<a href='/relative'>x</a>", f"<a {LINK}>x</a>"),
        ("<a href='//evil.example'>x</a>", f"<a {LINK}>x</a>"),
        ("<a href='https://hel.fi@evil.example'>x</a>", f"<a {LINK}>x</a>"),
        ("5 < 6 & 7", "5 &lt; 6 &amp; 7"),
        ("<p>&nbsp;</p><br>", None),
        ("<!-- only a comment -->", None),
        ("", None),
        (None, None),
    ],
)
def test_html_is_shown_as(sent: str | None, shown: str | None) -> None:
    assert html_of(sent) == shown


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Satutunti&nbsp;lapsille", "Satutunti lapsille"),
        ("Kahvi &amp; pulla", "Kahvi & pulla"),
        ("&lt;b&gt;Lihava&lt;/b&gt; otsikko", "Lihava otsikko"),  # a title escaped once too often
        ("<p>Yksi</p><p>Kaksi</p>kolme<br>neljä", "Yksi Kaksi kolme neljä"),
        ("  Kallion \n\t kirjasto ", "Kallion kirjasto"),
        ("ja\u0308a\u0308ta\u0308", "jäätä"),
        ("3 < 5 > 4", "3 < 5 > 4"),
        ("I <3 kirjasto", "I <3 kirjasto"),
        ("<br>", None),
        ("\u00a0 ", None),
        (None, None),
    ],
)
def test_plain_text_is_shown_as(sent: str | None, shown: str | None) -> None:
    assert plain(sent) == shown


def test_a_plain_text_is_cut_where_it_is_told() -> None:
    assert plain("a" * 50, longest=10) == "a" * 10
    assert plain("aaaa bbbb", longest=5) == "aaaa"


def test_a_text_is_cut_before_it_is_cleaned() -> None:
    cleaned = html_of("ä" * (LONGEST + 5))

    assert cleaned is not None
    assert len(cleaned) == LONGEST


@pytest.mark.parametrize("piece", ["<ul><li>", "<p>", "<b>", "<a href=x>", "<", "<!--", "&", "<a ", "<svg><a>"])
def test_hostile_nesting_costs_a_bounded_time(piece: str) -> None:
    nested = piece * (100_000 // len(piece)) + "x"
    began = time.process_time()

    html_of(nested)
    plain(nested)

    assert time.process_time() - began < 0.5  # half a second for the worst of them before tags were counted


def test_a_text_of_too_many_tags_keeps_its_words() -> None:
    assert html_of("<p>Tervetuloa & hei" + "<b>" * MOST_TAGS) == "Tervetuloa &amp; hei"


def test_languages_without_readable_text_are_missing() -> None:
    assert localized_plain(fi="<p></p>", sv=" Hej ", en=None) == LocalizedText(sv="Hej")
    assert localized_html(fi="<p>Hei</p>", sv="<br>", en="") == LocalizedText(fi="<p>Hei</p>")
    assert localized_plain(fi="", sv=None) is None
    assert localized_html(en="<script>x</script>") is None
