"""Hearings and decisions: a hearing or two opens every week and runs for some, bodies decide every Tuesday.

Ids follow from the ISO week, so they stay as the day moves. Vallila has a hearing at all times (the demo asks about
it); some are drafts, some are not open yet, one in eleven is closed early. Decisions reach 25 months back; the old
system's cases are the same on every day. Persons appear only where the real services have them: as an official who
answers for a hearing, as a decider of one; all invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache

import msgspec

from hub.sandbox.city import MadeDecision, MadeHearing, MadePlace, MadeSection, Text
from hub.sandbox.making.calendar import WEEK, Week, local, weeks
from hub.sandbox.making.chance import pick, seeded, share
from hub.sandbox.making.geography import Neighbourhood, geography
from hub.sandbox.making.names import finnish_genitive, labelled, labelled_html, swedish_genitive

HEARINGS_BACK, DECISIONS_BACK = timedelta(weeks=80), timedelta(days=770)
SPAN = (28, 35, 42)  # days that a hearing is open
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
ALWAYS = "Vallila"
OFFICIALS = ("Keksitty Henkilö", "Esimerkki Virkanen")
MONTH = 4  # weeks after which what is always there begins anew


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked or decided about a part of the city. `{of}`, `{sv}`, `{en}`: its name; `{code}`: its number."""

    title: Text
    text: Text
    label: tuple[int, Text]
    organisation: str


ENVIRONMENT, LEISURE = "Kaupunkiympäristön toimiala", "Kulttuurin ja vapaa-ajan toimiala"
ASKED = (
    Subject(
        title=Text(fi="{of} asemakaavan muutos", sv="Ändring av detaljplanen för {sv}"),
        text=Text(fi="Uusia koteja ja katuja. Mitä mieltä olet?", sv="Nya hem och gator. Vad tycker du?"),
        label=(4, Text(fi="Asemakaavoitus", sv="Detaljplanering")),
        organisation=ENVIRONMENT,
    ),
    Subject(
        title=Text(fi="{of} kirjaston tilat", sv="Lokalerna i {sv} bibliotek", en="The rooms of {en} library"),
        text=Text(
            fi="Millaisia tiloja kirjastossa pitäisi olla?",
            sv="Hurdana lokaler borde biblioteket ha?",
            en="What rooms should the library have?",
        ),
        label=(3, Text(fi="Kirjastot", sv="Bibliotek", en="Libraries")),
        organisation=LEISURE,
    ),
    Subject(
        title=Text(fi="{of} liikennejärjestelyt", sv="Trafikarrangemangen i {sv}", en="Traffic arrangements in {en}"),
        text=Text(
            fi="Pyöräkaistoja ja suojateitä.", sv="Cykelfält och övergångsställen.", en="Cycle lanes, crossings."
        ),
        label=(2, Text(fi="Liikenne", sv="Trafik", en="Traffic")),
        organisation=ENVIRONMENT,
    ),
    Subject(
        title=Text(fi="{of} puistosuunnitelma", sv="Parkplan för {sv}"),
        text=Text(fi="Leikkipaikka, penkkejä ja puita.", sv="Lekplats, bänkar och träd."),
        label=(5, Text(fi="Puistot", sv="Parker")),
        organisation=ENVIRONMENT,
    ),
)
WELLBEING = Subject(
    title=Text(fi="Hyvinvointia {of} asukkaille", sv="Välbefinnande i {sv}", en="Wellbeing for {en}"),
    text=Text(fi="Mikä auttaisi jaksamaan?", sv="Vad skulle hjälpa dig att orka?", en="What would help you to cope?"),
    label=(6, Text(fi="Terveys ja hyvinvointi", sv="Hälsa och välbefinnande")),
    organisation=LEISURE,
)
DECIDED = (
    Subject(
        title=Text(fi="{of} ({code}.ko) asemakaavan muuttaminen", sv="Ändring av detaljplanen i {sv} ({code}.ko)"),
        text=Text(fi="Kaavaehdotus asetetaan nähtäville."),
        label=(10, Text(fi="Kaavoitus, rakentaminen ja asuminen", sv="Planläggning, byggande och boende")),
        organisation="Kaupunkiympäristölautakunta",
    ),
    Subject(
        title=Text(fi="{of} kirjaston peruskorjauksen hankesuunnitelma", sv="Projektplan för {sv} bibliotek"),
        text=Text(fi="Hankesuunnitelma hyväksytään."),
        label=(12, Text(fi="Kulttuuri ja vapaa-aika", sv="Kultur och fritid")),
        organisation="Kulttuuri- ja vapaa-aikalautakunta",
    ),
    Subject(
        title=Text(fi="Katusuunnitelmien hyväksyminen: {name}"),
        text=Text(fi="Katusuunnitelmat hyväksytään."),
        label=(8, Text(fi="Liikenne", sv="Trafik")),
        organisation="Kaupunkiympäristölautakunta",
    ),
    Subject(
        title=Text(fi="Kaupungin talouden seuranta", sv="Uppföljning av stadens ekonomi"),
        text=Text(fi="Merkittiin tiedoksi."),
        label=(2, Text(fi="Talousasiat", sv="Ekonomi")),
        organisation="Kaupunginhallitus",
    ),
    Subject(
        title=Text(fi="Valtuustoaloite, lainattavat soittimet", sv="Fullmäktigemotion om instrument till låns"),
        text=Text(fi="Aloite katsotaan loppuun käsitellyksi."),
        label=(0, Text(fi="Hallintoasiat", sv="Förvaltning")),
        organisation="Kaupunginvaltuusto",
    ),
)
BODIES = {
    "Kaupunginvaltuusto": ("02900", "Valtuusto", "Stadsfullmäktige"),
    "Kaupunginhallitus": ("00400", "Hallitus", "Stadsstyrelsen"),
    "Kaupunkiympäristölautakunta": ("U540", "Lautakunta", "Stadsmiljönämnden"),
    "Kulttuuri- ja vapaa-aikalautakunta": ("U480", "Lautakunta", "Kultur- och fritidsnämnden"),
}
# whom the connector must never ask for: an elected person, and the office of one
PERSONS = (("Luottamushenkilö", "Keksitty Henkilö"), ("Viranhaltija", "Yksikön päällikkö"))


def hearings(places: Sequence[MadePlace], today: date) -> tuple[MadeHearing, ...]:
    """By when they open. The last ones are not open yet."""
    made: list[MadeHearing] = []
    for week in weeks(today - HEARINGS_BACK, today + 2 * WEEK):
        many = 1 + (share("hearing", week.name) < 0.4)
        made.extend(_hearing(week, n, _somewhere("hearing", week.name, n), places) for n in range(many))
        if week.number % MONTH == 0:
            area = next(one for one in geography().neighbourhoods if one.name == ALWAYS)
            made.append(_hearing(week, 9, area, places))
    return tuple(made)


def _hearing(week: Week, number: int, area: Neighbourhood, places: Sequence[MadePlace]) -> MadeHearing:
    name = f"hearing/{week.name}/{number}"
    if number == 9:
        subject = ASKED[week.number // MONTH % 2]
    elif share(name, "wellbeing") < 0.12:
        subject = WELLBEING
    else:
        subject = ASKED[int(share(name, "subject") * len(ASKED))]
    opens_at = local(week.day(0), time(9))
    days = SPAN[1] if number == 9 else pick(SPAN, name, "span")
    chance = seeded(name)
    lon, lat = area.spot(chance, 0.002)
    library = next((p for p in places if p.kind == "library" and p.tprek and area.ocd_id in p.divisions), None)
    is_about_library = subject.label[0] == 3
    is_drawn, is_special = share(name, "drawn") < 0.7, number != 9
    title = _filled(subject.title, area)
    id_ = _letters(name)
    return MadeHearing(
        id=id_,
        slug=f"{_slug(title.fi or '')}-{week.name}-{number}",
        title=title,
        borough=Text(fi=area.name, sv=area.name_sv) if share(name, "borough") < 0.85 or not is_special else Text(),
        abstract=labelled_html(subject.text),
        opens_at=opens_at,
        closes_at=local(week.day(0) + timedelta(days=days), time(16)),
        created_at=opens_at - timedelta(days=3, minutes=number),
        is_forced_closed=is_special and share(name, "forced") < 0.09,
        is_published=not is_special or share(name, "draft") >= 0.06,
        labels=((subject.label), (1, Text(fi=area.name, sv=area.name_sv)))[: 1 + (share(name, "labels") < 0.3)],
        organisation=subject.organisation,
        official=pick(OFFICIALS, name),
        comments=int(share(name, "comments") ** 3 * 240),
        outline=_outline(lon, lat) if is_drawn and not is_about_library else (),
        spot=(lon, lat) if is_drawn and is_about_library else None,
        tprek=library.tprek if library is not None and is_about_library else None,
        project=_project(area) if share(area.name, "project") < 0.2 else None,
        sections=_sections(name, subject, title, opens_at),
    )


def _sections(name: str, subject: Subject, title: Text, at: datetime) -> tuple[MadeSection, ...]:
    main = MadeSection(
        id=_letters(f"{name}/main"),
        type="main",
        title=title if share(name, "titled") < 0.6 else Text(),
        abstract=labelled_html(subject.text),
        content=labelled_html(Text(fi="Lue suunnitelma ja kerro, mitä siinä pitäisi muuttaa.", sv="Läs planen.")),
        created_at=at - timedelta(days=2),
    )
    part = MadeSection(
        id=_letters(f"{name}/part"),
        type="part",
        title=Text(fi="Vaihtoehdot", sv="Alternativ"),
        abstract=Text(),
        content=labelled_html(Text(fi="Kumpi vaihtoehto on parempi?", sv="Vilket alternativ är bättre?")),
        created_at=at - timedelta(days=1),
    )
    return (main, part)[: 1 + (share(name, "part") < 0.5)]


def decisions(today: date) -> tuple[MadeDecision, ...]:
    """Those of the last 25 months, then the old system's cases."""
    made: list[MadeDecision] = []
    for week in weeks(today - DECISIONS_BACK, today - WEEK):
        made.extend(_decision(week, number) for number in range(6))
    return (*made, *_old_cases())


def _decision(week: Week, number: int) -> MadeDecision:
    name = f"decision/{week.name}/{number}"
    subject = DECIDED[(week.number + number) % len(DECIDED)]
    area = _somewhere(name)
    if number == 0 and week.number % 2 == 0:
        area = next(one for one in geography().neighbourhoods if one.name == ALWAYS)
    person = PERSONS[week.number % 2] if number == 5 else None
    body_id, body_type, in_swedish = BODIES[subject.organisation]
    title = _filled(subject.title, area)
    day = week.day(1)
    return MadeDecision(
        id=100_000 + week.number % 10_000 * 10 + number,
        number=f"HEL {day.year}-{week.number % 10_000 * 10 + number:06}",
        subject=title if share(name, "translated") < 0.4 else Text(fi=title.fi),
        issue=title,
        body=Text(fi=subject.organisation, sv=in_swedish) if person is None else Text(fi=person[1], sv=person[1]),
        body_id=body_id if person is None else "U50000001",
        body_type=body_type if person is None else person[0],
        category=subject.label[1],
        decided_on=day,
        is_motion=share(name, "motion") < 0.03,
    )


@cache
def _old_cases() -> tuple[MadeDecision, ...]:
    made = []
    for number in range(150):
        name = f"case/{number}"
        area = _somewhere(name)
        subject = DECIDED[number % 3]
        day = date(2012, 1, 10) + timedelta(days=16 * number)
        made.append(
            MadeDecision(
                id=9001 + number,
                number=f"HEL {day.year}-{1000 + number:06}",
                subject=Text(fi=(_filled(subject.title, area).fi or "").replace(f" ({_code(area)}.ko)", "")),
                issue=Text(),
                body=Text(),
                body_id="",
                body_type="",
                category=subject.label[1],
                decided_on=day,
                summary=labelled(subject.text).fi if number % 3 == 0 else None,
                areas=(area.ocd_id,) if number % 5 else (),
                spot=area.spot(seeded(name)) if number % 2 else None,
                is_legacy=True,
            )
        )
    return tuple(made)


def _somewhere(*names: object) -> Neighbourhood:
    """Most often a part of the city where much is built."""
    return pick(geography().neighbourhoods, *names)


def _filled(text: Text, area: Neighbourhood) -> Text:
    words = {
        "of": finnish_genitive(area.name),
        "name": area.name,
        "sv": swedish_genitive(area.name_sv),
        "en": area.name,
        "code": _code(area),
    }
    return Text(**{language: own.format(**words) for language, own in text.map().items()})


@cache
def _codes() -> dict[str, str]:
    return {area.ocd_id: area.code.lstrip("0") for area in geography().areas}


def _code(area: Neighbourhood) -> str:
    return _codes()[area.ocd_id]


def _project(area: Neighbourhood) -> tuple[str, Text, Text]:
    title = Text(fi=f"{finnish_genitive(area.name)} kehittäminen", sv=f"Utvecklingen av {area.name_sv}")
    return _letters(f"project/{area.name}"), title, Text(fi="Suunnitelma", sv="Plan")


def _outline(lon: float, lat: float) -> tuple[tuple[float, float], ...]:
    west, south, east, north = (round(each, 6) for each in (lon - 0.0009, lat - 0.0005, lon + 0.0009, lat + 0.0005))
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def _letters(name: str) -> str:
    return "".join(seeded("id", name).choices(LETTERS, k=32))


def _slug(text: str) -> str:
    return "".join({"ä": "a", "ö": "o", "å": "a", " ": "-"}.get(c, c) for c in text.lower() if c.isalnum() or c in " -")
