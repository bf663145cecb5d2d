"""Words as the text index keeps them: folded and stemmed in Finnish, Swedish and English.

A search word is stemmed in all three languages and looked for in each language's column. Snowball alone leaves the
commonest Finnish words in pieces (lapsi, lapset, lasten; Helsinki, Helsingin), so stems that differ by consonant
gradation are folded together, a table holds the words whose forms no rule brings together, and the last part of a
compound is kept beside the whole where it is a known word (lastenkirjasto is found by kirjasto).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files

import msgspec
import Stemmer

from hub.records.core import LANGUAGES, Language, LocalizedText

VERSION = "3"  # part of the index layout's fingerprint: another stemming is another index
WORD = re.compile(r"\w+", re.UNICODE)
MARKUP = re.compile(r"<[^>]*>")
LONGEST_WORD = 60
MOST_QUERY_WORDS = 12
ORDER = {"å": "z\ue001", "ä": "z\ue002", "æ": "z\ue002", "ö": "z\ue003", "ø": "z\ue003"}
MOST_TOKENS = 100_000  # remembered of each language: some twenty megabytes

# Weak grade → strong grade at the end of a Finnish stem (kadu-katu, Helsing-Helsink, kuva left alone).
GRADATION = (("ng", "nk"), ("nn", "nt"), ("mm", "mp"), ("ll", "lt"), ("rr", "rt"))
SINGLED = re.compile(r"([kpt])\1$")

# Words whose forms no rule brings together, each line one word: every form is kept as the first one's stem.
FAMILIES: dict[Language, tuple[str, ...]] = {
    "fi": (
        "lapsi lapsen lasta lapsena lapseksi lapset lasten lapsien lapsia lapsille lapsilla lapsilta lapsissa lapsista",
        "nuori nuoren nuorta nuoret nuorten nuorien nuoria nuorille nuorilla nuorilta nuorista nuorissa",
        "aikuinen aikuisen aikuista aikuiset aikuisten aikuisia aikuisille aikuisilla",
        "ihminen ihmisen ihmistä ihmiset ihmisten ihmisiä ihmisille ihmisillä ihmisistä",
        "nainen naisen naista naiset naisten naisia naisille naisilla naisista",
        "mies miehen miestä miehet miesten miehien miehiä miehille miehillä miehistä",
        "vanhempi vanhemman vanhempaa vanhemmat vanhempien vanhempia vanhemmille vanhemmilla",
        "vauva vauvan vauvaa vauvalle vauvat vauvojen vauvoja vauvoille vauvoilla vauvasta",
        "perhe perheen perhettä perheelle perheet perheiden perheitä perheille perheillä",
        "työ työn työtä työssä työstä työhön työllä työlle työt töiden töitä töissä töistä töihin töille",
        "käsi käden kättä kädet käsien käsiä käsillä käsissä käsin",
        "kieli kielen kieltä kielellä kielelle kielestä kielessä kielet kielten kielien kieliä kielillä kielille",
        "soitin soittimen soitinta soittimella soittimet soittimien soitinten soittimia soittimilla soittimille",
        "laulu laulun laulua laulut laulujen lauluja lauluista",
        "opas oppaan opasta oppaat oppaiden oppaita oppaille",
        "katu kadun katua kadulla kadulta kadulle kadut katujen katuja kaduilla",
        "satu sadun satua sadut satujen satuja saduista saduilla",
        "tunti tunnin tuntia tunnilla tunnille tunnit tuntien tunteja tunneilla tunneille",
        "ilta illan iltaa illalla illalle illat iltojen iltoja iltana illoissa iltaisin",
        "yö yön yötä yöllä yöt öiden öitä öisin",
        "vuosi vuoden vuotta vuodet vuosien vuosia vuonna",
        "vesi veden vettä vedessä vedet vesien vesiä",
        "ikä iän ikää iässä iät ikien ikiä",
        "peli pelin peliä peleissä pelit pelien pelejä peleihin peleillä",
        "leikki leikin leikkiä leikit leikkien leikkejä leikeissä",
        "kurssi kurssin kurssia kurssilla kurssille kurssit kurssien kursseja kursseilla kursseille",
        "kahvila kahvilan kahvilaa kahvilassa kahvilaan kahvilat kahviloiden kahviloita kahviloissa",
        "tila tilan tilaa tilassa tilat tilojen tiloja tiloissa tiloihin",
        "huone huoneen huonetta huoneessa huoneet huoneiden huoneita huoneissa",
        "kone koneen konetta koneella koneet koneiden koneita koneilla",
        "näyttely näyttelyn näyttelyä näyttelyssä näyttelyt näyttelyjen näyttelyiden näyttelyjä näyttelyitä",
        "liikunta liikunnan liikuntaa liikunnassa liikuntaan",
        "musiikki musiikin musiikkia musiikissa musiikista musiikkiin",
    ),
    "sv": (
        "barn barnen barnens barns",
        "kurs kursen kurser kurserna kursens",
        "bok boken böcker böckerna",
        "natt natten nätter nätterna",
        "stad staden städer städerna",
        "hand handen händer händerna",
    ),
    "en": (
        "child children childs childrens",
        "woman women",
        "man men",
    ),
}
# Last parts of compounds that the events of a city are called by, and the vocabulary has no label for.
EVENT_HEADS = frozenset({
    "talkoot", "päivä", "tunti", "vartti", "piiri", "ryhmä", "disko", "treffit", "esitys", "kilpailu",
    "viikko", "klubi", "luento", "kierros", "harjoitus", "valmennus", "kenttä", "jumppa", "kirppis",
})  # fmt: skip
# Last parts of compounds that are shorter than a head may otherwise be, and no common word's ending.
SHORT_HEADS = frozenset({"kone", "talo", "paja"})


@lru_cache(maxsize=1)
def _stemmers() -> dict[Language, Stemmer.Stemmer]:
    names: dict[Language, str] = {"fi": "finnish", "sv": "swedish", "en": "english"}
    return {language: Stemmer.Stemmer(name, 0) for language, name in names.items()}


@lru_cache(maxsize=1)
def _heads() -> frozenset[str]:
    """Single words of at least five letters, most from the keyword labels: what a compound may end in."""
    labels = msgspec.json.decode(files("hub.index").joinpath("heads.json").read_bytes(), type=list[str])
    return EVENT_HEADS.union(labels)


def words(text: str) -> list[str]:
    """Folded words: NFC, case-folded, no markup."""
    folded = unicodedata.normalize("NFC", MARKUP.sub(" ", text)).casefold()
    return [word for word in WORD.findall(folded) if len(word) <= LONGEST_WORD]


@lru_cache(maxsize=20_000)
def stem(word: str, language: Language) -> str:
    """The stem of one folded word."""
    return _ruled(_families(language).get(word, word), language)


@cache
def _families(language: Language) -> dict[str, str]:
    """Each form → the word that its family is called by."""
    return {form: family.split()[0] for family in FAMILIES[language] for form in family.split()}


def _ruled(word: str, language: Language) -> str:
    """By Snowball, and for Finnish by two rules more: no table."""
    if language != "fi":
        return str(_stemmers()[language].stemWord(word))
    if len(word) > 5 and word.endswith(("eja", "ejä")):
        word = f"{word[:-3]}i"  # many of a word in -i: penkkejä, konsertteja
    found: str = _stemmers()[language].stemWord(word)
    for weak, strong in GRADATION:
        if len(found) > 4 and found.endswith(weak):
            return found[: -len(weak)] + strong
    if len(found) > 3 and found.endswith("d"):
        return found[:-1] + "t"
    return SINGLED.sub(r"\1", found) if len(found) > 4 else found


class _Kept(dict[str, str]):
    """What the index keeps of what stands between two blanks ("Kirjastossa," gives one stem, "e-kirja" two).

    A harvest of 50 000 events looks up ten million of these: most are known, and need not even be folded.
    """

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, token: str) -> str:
        kept = " ".join([_kept(word, self._language) for word in words(token)])
        if len(token) <= LONGEST_WORD:
            if len(self) >= MOST_TOKENS:
                self.clear()
            self[token] = kept
        return kept


@cache
def _kept_of(language: Language) -> _Kept:
    return _Kept(language)


def _kept(word: str, language: Language) -> str:
    """A word's stem, and after a blank that of its last part where that is a word of its own."""
    whole = stem(word, language)
    if language == "en" or len(word) < 7:
        return whole
    for cut in range(3, len(word) - 3):  # the longest known head: lastenkirjasto → kirjasto
        tail = word[cut:]
        if len(tail) == 4 and tail not in SHORT_HEADS:
            continue
        if tail in _heads() or tail in SHORT_HEADS or stem(tail, language) in _head_stems(language):
            part = stem(tail, language)
            return f"{whole} {part}" if part != whole else whole
    return whole


@lru_cache(maxsize=3)
def _head_stems(language: Language) -> frozenset[str]:
    return frozenset(stem(head, language) for head in _heads() | SHORT_HEADS if len(head) >= 5 or head in SHORT_HEADS)


def is_head(word: str, language: Language) -> bool:
    """Whether a compound may end in it: a folded word, in any form, of a keyword's label."""
    return word in _heads() or word in SHORT_HEADS or stem(word, language) in _head_stems(language)


def indexed(texts: Iterable[LocalizedText | None]) -> tuple[str, str, str]:
    """The fi, sv and en columns of the text index. A text of no told language goes into all three."""
    columns: dict[Language, list[str]] = {language: [] for language in LANGUAGES}
    for text in texts:
        if text is None:
            continue
        for language in LANGUAGES:
            own: str | None = getattr(text, language)
            said = own if own is not None else (text.other if text.fi is text.sv is text.en is None else None)
            if said is not None:
                tokens = (MARKUP.sub(" ", said) if "<" in said else said).split()
                columns[language].extend(map(_kept_of(language).__getitem__, tokens))
    return " ".join(columns["fi"]), " ".join(columns["sv"]), " ".join(columns["en"])


def match(query: str) -> str | None:
    """An FTS5 expression for a person's words, all of which must be there; None if there is no word in them.

    Only quoted stems stand in it, so no query syntax can be smuggled in.
    """
    asked = words(query)[:MOST_QUERY_WORDS]
    if not asked:
        return None
    parts = []
    for word in asked:
        by_language = " OR ".join(f'{language}: "{stem(word, language)}"' for language in LANGUAGES)
        parts.append(f"({by_language})")
    return " AND ".join(parts)


def sort_key(text: str | None) -> str:
    """What names are ordered by: SQLite folds ASCII only, so the key is made here. å, ä, ö come last, as in Finnish."""
    folded = unicodedata.normalize("NFC", text or "").casefold()
    if folded.isascii():
        return folded.strip()
    return "".join([ORDER.get(letter) or _bare(letter) for letter in folded]).strip()


@lru_cache(maxsize=4096)
def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


def name_fold(text: str | None) -> str | None:
    """A name for exact, case-blind matching: NFKC, case-folded, white space and hyphens as one space."""
    if not text:
        return None
    return re.sub(r"[\s\-–]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip() or None
