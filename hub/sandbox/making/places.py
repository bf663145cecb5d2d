"""The other places: made units with plausible names in real neighbourhoods, and a few that one source only knows."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from hub.sandbox.city import MadePlace, Text
from hub.sandbox.making import registers
from hub.sandbox.making.chance import pick, seeded, share
from hub.sandbox.making.geography import Geography, Neighbourhood, geography
from hub.sandbox.making.libraries import VALLILA_KEY, libraries
from hub.sandbox.making.names import finnish_genitive, in_languages, labelled, swedish_genitive
from hub.sandbox.making.weekly_hours import week_of_kind

Kind = Literal["library", "youth", "culture", "sport", "education", "health", "service_point", "park", "other"]

FIRST_UNIT = 900_001  # far above the register's own numbers, which stay below 100 000
QUIET = frozenset({
    "Ulkosaaret", "Villinki", "Santahamina", "Vartiosaari", "Salmenkallio", "Talosaari", "Karhusaari", "Ultuna",
    "Mustikkamaa-Korkeasaari",
})  # fmt: skip
STREETS = (
    ("Majakanvartijantie", "Fyrvaktarvägen"),
    ("Lumikellonkuja", "Snödroppsgränden"),
    ("Satakielenpolku", "Näktergalsstigen"),
    ("Kalastajankatu", "Fiskargatan"),
    ("Omenatarhantie", "Äppelträdgårdsvägen"),
    ("Purjeentekijänkuja", "Segelmakargränden"),
    ("Vanhan myllyn tie", "Gamla kvarnvägen"),
    ("Kirjansitojankatu", "Bokbindargatan"),
    ("Saniaispolku", "Ormbunksstigen"),
    ("Köydenpunojantie", "Repslagarvägen"),
    ("Tuulimyllynkuja", "Väderkvarnsgränden"),
    ("Lampunsytyttäjänkatu", "Lykttändargatan"),
)


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of place: how many of ten neighbourhoods have one, and what it is called there."""

    kind: Kind
    slug: str
    service: int
    chance: float
    fi: str  # "{} nuorisotila"; the name of the neighbourhood in the genitive
    sv: str
    en: str
    text: Text
    varaamo: float = 0.0  # share of them that take bookings


RECIPES = (
    Recipe(kind="youth", slug="youth", service=registers.YOUTH_CENTRE, chance=0.9, varaamo=0.12,
           fi="{} nuorisotila", sv="{} ungdomsgård", en="{} Youth Centre",
           text=Text(fi="Avoimia ovia, pelejä ja kerhoja nuorille.", sv="Öppna dörrar, spel och klubbar för unga.",
                     en="Open doors, games and clubs for the young.")),
    Recipe(kind="culture", slug="culture", service=registers.CULTURE_CENTRE, chance=0.45, varaamo=0.2,
           fi="{} kulttuuritalo", sv="{} kulturhus", en="{} House of Culture",
           text=Text(fi="Näyttelyitä, konsertteja ja työpajoja.", sv="Utställningar, konserter och verkstäder.",
                     en="Exhibitions, concerts and workshops.")),
    Recipe(kind="culture", slug="museum", service=registers.MUSEUM, chance=0.2,
           fi="{} kotiseutumuseo", sv="{} hembygdsmuseum", en="{} Local Museum",
           text=Text(fi="Kaupunginosan historiaa esineinä ja kuvina.", sv="Stadsdelens historia i föremål och bilder.",
                     en="The history of the neighbourhood in things and pictures.")),
    Recipe(kind="sport", slug="sport", service=registers.SPORTS_HALL, chance=0.75, varaamo=0.1,
           fi="{} liikuntahalli", sv="{} idrottshall", en="{} Sports Hall",
           text=Text(fi="Pallopelejä, tanssia ja kuntoilua.", sv="Bollspel, dans och motion.",
                     en="Ball games, dance and exercise.")),
    Recipe(kind="sport", slug="field", service=registers.SPORTS_FIELD, chance=0.8,
           fi="{} kenttä", sv="{} plan", en="{} Field",
           text=Text(fi="Jalkapalloa kesällä, jäätä talvella.", sv="Fotboll på sommaren, is på vintern.",
                     en="Football in summer, ice in winter.")),
    Recipe(kind="education", slug="school", service=registers.SCHOOL, chance=0.8,
           fi="{} peruskoulu", sv="{} grundskola", en="{} Comprehensive School",
           text=Text(fi="Luokat yhdestä yhdeksään.", sv="Årskurserna ett till nio.", en="Grades one to nine.")),
    Recipe(kind="education", slug="institute", service=registers.ADULT_EDUCATION, chance=0.22, varaamo=0.12,
           fi="{} opistotalo", sv="{} institut", en="{} Adult Education Centre",
           text=Text(fi="Kieli-, taito- ja taidekursseja.", sv="Kurser i språk, hantverk och konst.",
                     en="Courses in languages, crafts and arts.")),
    Recipe(kind="health", slug="health", service=registers.HEALTH_STATION, chance=0.5,
           fi="{} terveysasema", sv="{} hälsostation", en="{} Health Station",
           text=Text(fi="Lääkärin ja hoitajan vastaanotot.", sv="Läkar- och sjukskötarmottagning.",
                     en="Doctors' and nurses' appointments.")),
    Recipe(kind="health", slug="dentist", service=registers.DENTIST, chance=0.3,
           fi="{} hammashoitola", sv="{} tandklinik", en="{} Dental Clinic",
           text=Text(fi="Hammashoitoa ajanvarauksella.", sv="Tandvård med tidsbeställning.",
                     en="Dental care by appointment.")),
    Recipe(kind="service_point", slug="service", service=registers.SERVICE_POINT, chance=0.22,
           fi="{} asiointipiste", sv="{} servicepunkt", en="{} Service Point",
           text=Text(fi="Neuvontaa kaupungin palveluista.", sv="Råd om stadens tjänster.",
                     en="Advice on the city's services.")),
    Recipe(kind="park", slug="park", service=registers.PARK, chance=0.95,
           fi="{} asukaspuisto", sv="{} invånarpark", en="{} Community Park",
           text=Text(fi="Nurmea, penkkejä ja kukkia.", sv="Gräs, bänkar och blommor.",
                     en="Grass, benches and flowers.")),
    Recipe(kind="park", slug="playground", service=registers.PLAYGROUND, chance=0.7,
           fi="{} leikkipuisto", sv="{} lekpark", en="{} Playground",
           text=Text(fi="Leikkiä ja ohjelmaa perheille.", sv="Lek och program för familjer.",
                     en="Play and programme for families.")),
    Recipe(kind="other", slug="house", service=registers.DAY_CENTRE, chance=0.4, varaamo=0.1,
           fi="{} asukastalo", sv="{} invånarhus", en="{} Community House",
           text=Text(fi="Yhteinen olohuone kaikille.", sv="Ett gemensamt vardagsrum för alla.",
                     en="A shared living room for all.")),
)  # fmt: skip


@cache
def other_places() -> tuple[MadePlace, ...]:
    """Made ones, the same on every date; numbered by neighbourhood and recipe, so a new recipe moves no number."""
    land = geography()
    made = [
        _unit(land, area, recipe, number)
        for area_number, area in enumerate(land.neighbourhoods)
        for recipe_number, recipe in enumerate(RECIPES)
        if _has(area, recipe)
        for number in [FIRST_UNIT + 100 * area_number + recipe_number]
    ]
    return (*made, _youth_room_behind_the_same_door(), _mobile_library(), *_known_to_one_source(land))


def _has(area: Neighbourhood, recipe: Recipe) -> bool:
    if area.name in QUIET:
        return recipe.slug == "park"
    return share(area.name, recipe.slug) < recipe.chance


def _unit(land: Geography, area: Neighbourhood, recipe: Recipe, number: int) -> MadePlace:
    key = f"{recipe.slug}-{number - FIRST_UNIT}"
    chance = seeded("place", key)
    lon, lat = area.spot(chance)
    has_no_point = share(key, "point") < 0.02
    languages = pick(("fi sv en", "fi sv en", "fi sv en", "fi sv", "fi sv", "fi"), key, "languages")
    street_fi, street_sv = pick(STREETS, key, "street")
    house = chance.randint(1, 48)
    name = Text(
        fi=recipe.fi.format(finnish_genitive(area.name)),
        sv=recipe.sv.format(swedish_genitive(area.name_sv)),
        en=recipe.en.format(area.name),
    )
    return MadePlace(
        key=key,
        kind=recipe.kind,
        tprek=number,
        name=in_languages(name, languages),
        street=in_languages(Text(fi=f"{street_fi} {house}", sv=f"{street_sv} {house}"), languages),
        postal_code=_postal_code(lon, lat),
        city="Helsinki",
        lat=None if has_no_point else lat,
        lon=None if has_no_point else lon,
        phone=f"+358 20 556 {number % 10_000:04}" if recipe.kind != "park" and share(key, "phone") < 0.8 else None,
        email=f"{key}@paikat.example" if recipe.kind != "park" and share(key, "email") < 0.6 else None,
        website=Text(fi=f"https://paikat.example/{key}") if share(key, "website") < 0.7 else Text(),
        description=in_languages(labelled(recipe.text), languages if share(key, "text") < 0.8 else ""),
        service_ids=(recipe.service,),
        divisions=land.divisions_at(lon, lat),
        week=week_of_kind(recipe.kind, key) if share(key, "hours") < 0.9 else (),
        in_linkedevents=recipe.kind not in {"health", "service_point"},
        in_varaamo=share(key, "varaamo") < recipe.varaamo,
    )


def _postal_code(lon: float, lat: float) -> str:
    """Of the nearest library: near enough for a made address."""
    near = min(
        (
            place
            for place in libraries()
            if place.city == "Helsinki" and place.lat is not None and place.lon is not None
        ),
        key=lambda place: (place.lat - lat) ** 2 + ((place.lon - lon) / 2) ** 2,  # type: ignore[operator]  # filtered above
    )
    return near.postal_code


def _youth_room_behind_the_same_door() -> MadePlace:
    """It shares Vallila library's address and point and is another unit: nearness alone must not make them one."""
    library = next(place for place in libraries() if place.key == VALLILA_KEY)
    return msgspec.structs.replace(
        library,
        key="youth-vallila-door",
        kind="youth",
        tprek=FIRST_UNIT + 9_001,
        kirkanta=None,
        finna_code=None,
        name=Text(fi="Vallilan kirjaston nuorten tila", sv="Ungdomsrummet i Vallgårds bibliotek"),
        short_name=None,
        phone=None,
        email=None,
        website=Text(),
        description=labelled(Text(fi="Nuorten oma tila kirjaston talossa.", sv="De ungas eget rum i bibliotekshuset.")),
        service_ids=(registers.YOUTH_CENTRE,),
        library_services=(),
        week=week_of_kind("youth", "youth-vallila-door"),
        in_varaamo=False,
    )


def _mobile_library() -> MadePlace:
    return MadePlace(
        key="mobile-library",
        kind="other",
        tprek=FIRST_UNIT + 9_002,
        name=Text(fi="Kirjastoauto Esimerkki", sv="Bokbussen Exempel", en="Mobile Library Example"),
        street=Text(),
        postal_code="00520",
        city="Helsinki",
        lat=None,
        lon=None,
        service_ids=(registers.MOBILE_LIBRARY,),
        in_linkedevents=False,
    )


def _known_to_one_source(land: Geography) -> tuple[MadePlace, ...]:
    """No number in the register: three addresses of the event calendar, three sites of the booking system."""
    areas = [area for area in land.neighbourhoods if area.name not in QUIET]
    calendar_only = (
        ("le-jetty", "Laituri 7", "Bryggan 7", "park"),
        ("le-attic", "Ullakkoteatteri", None, "culture"),
        ("le-yard", "Talkoopiha", "Talkogården", "other"),
    )
    booking_only = (
        ("varaamo-sauna", "Rantasaunan kerhotila", "Strandbastuns klubbrum", "other"),
        ("varaamo-cabin", "Metsämaja", "Skogsstugan", "other"),
        ("varaamo-garage", "Autotallistudio", None, "youth"),
    )
    made = []
    for number, (key, fi, sv, kind) in enumerate((*calendar_only, *booking_only)):
        area = areas[(7 * number + 3) % len(areas)]
        lon, lat = area.spot(seeded("place", key))
        is_booking = key.startswith("varaamo")
        made.append(
            MadePlace(
                key=key,
                kind=kind,  # type: ignore[arg-type]  # a word of Kind, widened by the table
                tprek=None,
                name=Text(fi=fi, sv=sv),
                street=Text(fi=f"{STREETS[number][0]} {number + 2}"),
                postal_code=_postal_code(lon, lat),
                city="Helsinki",
                lat=None if is_booking else lat,  # the booking system knows no points
                lon=None if is_booking else lon,
                divisions=() if is_booking else land.divisions_at(lon, lat),
                in_linkedevents=not is_booking,
                in_varaamo=is_booking,
            )
        )
    return tuple(made)
