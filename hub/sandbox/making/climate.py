"""The climate programme: made actions around the real number and name of one (116), their tasks and what is measured.

Tasks fall due on the last days of half-years around today: what is past is mostly done, what is due now is under way.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from hub.sandbox.city import MadeAction, MadeIndicator, MadeTask, Text
from hub.sandbox.making.chance import pick, seeded, share
from hub.sandbox.making.names import labelled, labelled_html

FIRST_ID, FIRST_TASK, FIRST_INDICATOR = 1_000, 5_000, 300
LIBRARY, LEISURE, ENVIRONMENT = (
    "Kaupunginkirjasto",
    "Kulttuurin ja vapaa-ajan toimiala",
    "Kaupunkiympäristön toimiala",
)
SHARING = ("5.2", Text("Jakamistalous", "Delningsekonomi", "Sharing economy"))
TRAFFIC = ("1", Text("Liikenne", "Trafik", "Traffic"))
BUILDINGS = ("2", Text("Rakentaminen ja rakennusten käyttö", "Byggande och byggnader", "Construction and buildings"))
LEARNING = ("6", Text("Kasvatus ja osallisuus", "Fostran och delaktighet"))  # never put into English


class Promise(msgspec.Struct, frozen=True):
    """What an action is made of. `steps`: names of tasks, in the order in which they fall due."""

    identifier: str
    name: Text
    category: tuple[str, Text]
    organisation: str
    steps: tuple[Text, ...]
    measured: tuple[int, ...] = ()


PROMISES = (
    Promise("116", Text("Kirjasto on jakamistalouden suunnannäyttäjä", "Biblioteket visar vägen i delningsekonomin",
                        "The library leads the way in the sharing economy"), SHARING, LIBRARY,
            (Text("Kampanja kirjastoissa", "Kampanj på biblioteken"),
             Text("Esinelainauksen laajentaminen kaikkiin kirjastoihin", "Föremål till låns på alla bibliotek",
                  "Things to borrow in every library"),
             Text("Tilavarausten yhtenäistäminen")), (1, 2)),
    Promise("117", Text("Tavaroiden yhteiskäytön edistäminen", "Främja gemensam användning av saker"), SHARING, LEISURE,
            (Text("Selvitys tarpeista"), Text("Kokeilu kolmessa talossa", "Försök i tre hus")), (2,)),
    Promise("118", Text("Kirjastoautojen käyttövoiman vaihto", "Ny drivkraft för bokbussarna",
                        "A new drive for the mobile libraries"), TRAFFIC, LIBRARY,
            (Text("Kilpailutus"), Text("Uudet autot liikenteessä", "De nya bussarna i trafik")), (3,)),
    Promise("119", Text("Tilojen yhteiskäyttö", "Gemensam användning av lokaler"), SHARING, ENVIRONMENT, ()),
    Promise("120", Text("Lukuhetki ilman autoa", "Lässtund utan bil", "A reading hour without a car"), TRAFFIC, LIBRARY,
            (Text("Pyörätelineet kirjastoille", "Cykelställ vid biblioteken"),)),
    Promise("12", Text("Kävelyn ja pyöräilyn pääreitit", "Huvudstråk för gång och cykel",
                       "Main routes for walking and cycling"), TRAFFIC, ENVIRONMENT,
            (Text("Reittien suunnittelu"), Text("Ensimmäinen osuus"), Text("Toinen osuus")), (3,)),
    Promise("13", Text("Sähköautojen latauspaikat", "Laddplatser för elbilar", "Charging points for electric cars"),
            TRAFFIC, ENVIRONMENT, (Text("Sata uutta paikkaa", "Hundra nya platser"),), (3,)),
    Promise("31", Text("Kaupungin rakennusten energiaremontit", "Energirenovering av stadens byggnader"), BUILDINGS,
            ENVIRONMENT, (Text("Kohteiden valinta"), Text("Koulujen remontit"), Text("Kirjastojen remontit")), (4,)),
    Promise("32", Text("Aurinkopaneelit kattoihin", "Solpaneler på taken", "Solar panels on roofs"), BUILDINGS,
            ENVIRONMENT, (Text("Kattojen kartoitus"), Text("Paneelit kirjastoihin ja kouluihin")), (4,)),
    Promise("33", Text("Puurakentamisen lisääminen", "Mer träbyggande"), BUILDINGS, ENVIRONMENT,
            (Text("Ohje suunnittelijoille"),)),
    Promise("61", Text("Ilmastokasvatus kouluissa", "Klimatfostran i skolorna"), LEARNING, LEISURE,
            (Text("Opettajien koulutus"), Text("Ilmastoviikko", "Klimatveckan"))),
    Promise("62", Text("Asukkaiden ilmastotyöpajat", "Klimatverkstäder för invånare"), LEARNING, LEISURE,
            (Text("Työpajat kirjastoissa ja asukastaloissa", "Verkstäder på bibliotek och i invånarhus"),)),
)  # fmt: skip
MERGED = {"119": "116"}
MEASURED = (
    (Text("Kirjastojen lainaukset asukasta kohti", "Bibliotekslån per invånare", "Library loans per resident"), "kpl",
     "INCREASING", 12.0, 0.4, 15.0),
    (Text("Kirjastojen esinelainat", "Föremålslån på biblioteken"), "kpl", "INCREASING", 31_000.0, 5_500.0, None),
    (Text("Liikenteen päästöt", "Utsläpp från trafiken", "Emissions of traffic"), "kt CO₂e", "DECREASING", 540.0, -21.0,
     165.0),
    (Text("Kaupungin rakennusten energiankulutus", "Stadens byggnaders energiförbrukning"), "GWh", None, 1_050.0, -13.5,
     None),
)  # fmt: skip


def indicators(today: date) -> tuple[MadeIndicator, ...]:
    """Yearly values up to last year; the last one's tells only once its year is over."""
    years = range(today.year - 5, today.year)
    return tuple(
        MadeIndicator(
            id=FIRST_INDICATOR + number,
            name=name,
            unit=unit,
            trend=trend,  # type: ignore[arg-type]  # a word of the table, widened by it
            values=tuple((year, round(start + step * (year - 2018), 1)) for year in years),
            goal=None if goal is None else (2030, goal),
        )
        for number, (name, unit, trend, start, step, goal) in enumerate(MEASURED, start=1)
    )


def actions(today: date) -> tuple[MadeAction, ...]:
    return tuple(_action(number, promise, today) for number, promise in enumerate(PROMISES, start=1))


def _action(number: int, promise: Promise, today: date) -> MadeAction:
    tasks = tuple(
        _task(100 * number + step, name, _due(today, step - len(promise.steps) + 2), today)
        for step, name in enumerate(promise.steps)
    )
    changed = today - timedelta(days=int(200 * share(promise.identifier, "changed")))
    return MadeAction(
        id=FIRST_ID + number,
        identifier=promise.identifier,
        name=promise.name,
        lead=labelled(Text("Osa ilmasto-ohjelmaa.", "En del av klimatprogrammet.")),
        description=labelled_html(promise.name),
        status=_status(promise, tasks, today),
        category=promise.category,
        organisations=tuple(dict.fromkeys((promise.organisation, LEISURE))),
        tasks=tasks,
        indicators=tuple(FIRST_INDICATOR + one for one in promise.measured),
        merged_into=MERGED.get(promise.identifier),
        modified_at=datetime.combine(changed, time(9, 30), UTC),
    )


def _due(today: date, halves: int) -> date:
    """The end of this half of the year, or of one so many before or after."""
    half = today.year * 2 + (today.month > 6) + halves
    return date(half // 2, 12, 31) if half % 2 else date(half // 2, 6, 30)


def _task(number: int, name: Text, due: date, today: date) -> MadeTask:
    chance = seeded("climate task", number)
    if due < today:
        state = "CANCELLED" if share(number, "cancelled") < 0.1 else "COMPLETED"
    else:
        state = "IN_PROGRESS" if due <= _due(today, 0) else "NOT_STARTED"
    is_told = state == "COMPLETED" and share(number, "told") < 0.8
    return MadeTask(
        id=FIRST_TASK + number,
        name=name,
        state=state,  # type: ignore[arg-type]  # one of the four
        due=due,
        precision=pick((None, "FULL", "MONTH_YEAR", "YEAR"), number, "precision"),
        completed=due - timedelta(days=chance.randint(1, 60)) if is_told else None,
    )


def _status(promise: Promise, tasks: tuple[MadeTask, ...], today: date) -> str:
    if promise.identifier in MERGED:
        return "MERGED"
    if tasks and all(task.state in {"COMPLETED", "CANCELLED"} for task in tasks):
        return "COMPLETED"
    if all(task.state == "NOT_STARTED" for task in tasks):
        return "NOT_STARTED"
    return pick(("ON_TIME", "ON_TIME", "LATE"), promise.identifier, today.year, "status")
