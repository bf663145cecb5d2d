"""Keywords (real ones of the General Finnish Ontology, YSO) and organisations (made)."""

from __future__ import annotations

from functools import cache

import msgspec

from hub.sandbox.city import MadeKeyword, MadeOrganisation, Text
from hub.sandbox.making.chance import share
from hub.sandbox.making.geography import GEO

CITY, CULTURE, LIBRARIES, YOUTH, SPORT, EDUCATION, ENVIRONMENT = (f"made:u{number}" for number in range(48, 55))
ESPOO, ESPOO_LIBRARIES = "made:e1", "made:e2"
PARTNER, CHOIR = "made:p1", "made:p2"
MUSEUM, CRAFTS, UNIVERSITY = "made:p3", "made:p4", "made:p5"

ORGANISATIONS = (
    MadeOrganisation(id=CITY, name="Esimerkkikaupunki"),
    MadeOrganisation(id=CULTURE, name="Kulttuuri ja vapaa-aika (esimerkki)", parent=CITY),
    MadeOrganisation(id=LIBRARIES, name="Kirjastopalvelut (esimerkki)", parent=CULTURE),
    MadeOrganisation(id=YOUTH, name="Nuorisopalvelut (esimerkki)", parent=CULTURE),
    MadeOrganisation(id=SPORT, name="Liikuntapalvelut (esimerkki)", parent=CULTURE),
    MadeOrganisation(id=EDUCATION, name="Työväenopisto (esimerkki)", parent=CITY),
    MadeOrganisation(id=ENVIRONMENT, name="Kaupunkiympäristö (esimerkki)", parent=CITY),
    MadeOrganisation(id=ESPOO, name="Naapurikaupunki (esimerkki)"),
    MadeOrganisation(id=ESPOO_LIBRARIES, name="Naapurikaupungin kirjastot (esimerkki)", parent=ESPOO),
    MadeOrganisation(id=PARTNER, name="Kotiseutuyhdistys Esimerkki ry"),
    MadeOrganisation(id=CHOIR, name="Kuoroyhdistys Esimerkki ry"),
    MadeOrganisation(id=MUSEUM, name="Museo Esimerkki"),
    MadeOrganisation(id=CRAFTS, name="Käsityöyhdistys Esimerkki ry"),
    MadeOrganisation(id=UNIVERSITY, name="Yliopisto Esimerkki"),
)
# Other words for some concepts, as an event calendar's keywords carry them.
ALSO_CALLED = {
    "yso:p556": ("kieli", "kielitaito"),
    "yso:p8113": ("kaunokirjallisuus", "lukuharrastus"),
    "yso:p10066": ("neule", "neulominen"),
    "yso:p2787": ("kirjastolaitos",),
    "yso:p3050": ("talkoot", "vapaaehtoistoiminta"),
    "yso:p14483": ("pelit", "gaming"),
}
# The calendar's own keywords, beside YSO's: what they mean only their names tell.
SPORT_FOR_ALL, HOUSE_STYLE = "kulke:205", "kulke:731"
OWN_KEYWORDS = (
    MadeKeyword(id=SPORT_FOR_ALL, name=Text(fi="Liikunta ja ulkoilu", sv="Motion och friluftsliv")),
    MadeKeyword(id=HOUSE_STYLE, name=Text(fi="Talon oma tuotanto")),
)


class _Theme(msgspec.Struct):
    id: str
    fi: str
    sv: str | None
    en: str | None


class _Themes(msgspec.Struct):
    themes: list[_Theme]


@cache
def keywords() -> tuple[MadeKeyword, ...]:
    """All of them; here and there a translation is missing, as it does."""
    themes = msgspec.json.decode((GEO / "yso_themes.json").read_bytes(), type=_Themes).themes
    known = tuple(
        MadeKeyword(
            id=theme.id,
            name=Text(
                fi=theme.fi,
                sv=theme.sv,
                en=theme.en if share(theme.id, "english") < 0.95 else None,
            ),
            alt_labels=ALSO_CALLED.get(theme.id, ()),
        )
        for theme in themes
    )
    return known + OWN_KEYWORDS
