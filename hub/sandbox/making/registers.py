"""The service register of the made city, and which of its services a library's own words mean.

The library services have the ids and names of the real register (Service Map, City of Helsinki, CC BY 4.0), other
kinds of places its ids and plain names; those from 9001 on are made.
"""

from __future__ import annotations

from hub.sandbox.city import Text

LIBRARY, MOBILE_LIBRARY, LENDS, TOOLS, INSTRUMENTS, MAKERSPACE = 813, 312, 925, 949, 950, 957
YOUTH_CENTRE, ADULT_EDUCATION, SCHOOL, MUSEUM, CULTURE_CENTRE = 468, 605, 661, 344, 345
SPORTS_HALL, SPORTS_FIELD, SWIMMING_HALL, HEALTH_STATION, SERVICE_POINT = 400, 401, 729, 703, 809
DENTIST, PARK, PLAYGROUND, DAY_CENTRE = 9001, 9002, 9003, 9004

SERVICES: tuple[tuple[int, Text], ...] = (
    (239, Text(fi="kahvilat", sv="kaféer", en="cafés")),
    (LIBRARY, Text(fi="yleiset kirjastot", sv="allmänna bibliotek", en="public libraries")),
    (MOBILE_LIBRARY, Text(fi="kirjastoautopalvelut", sv="bokbussar", en="mobile libraries")),
    (368, Text(fi="laitoskirjastot", sv="anstaltsbibliotek", en="institutional libraries")),
    (691, Text(fi="tarjolla skanneri")),
    (692, Text(fi="tarjolla tulostin")),
    (SWIMMING_HALL, Text(fi="uimahallit")),
    (806, Text(fi="wlan-sisäpisteet")),
    (LENDS, Text(
        fi="kirjastoissa lainattavat esineet ja laitteet (kiertotalous)",
        sv="föremål och apparater som kan lånas hem (cirkulär ekonomi)",
        en="object and equipment lending (circular economy)",
    )),
    (926, Text(
        fi="kirjastoissa käytettävissä olevat laitteet (kiertotalous)",
        sv="apparater som finns tillgängliga i biblioteken (cirkulär ekonomi)",
        en="equipment available for use in the library (circular economy)",
    )),
    (947, Text(
        fi="kirjastoissa lainattavat urheilu- ja retkeilyvälineet ja ulkopelit (kiertotalous)",
        sv="idrotts- och campingredskap och utespel som kan lånas hem (cirkulär ekonomi)",
        en="sports and outdoor equipment lending (circular economy)",
    )),
    (948, Text(
        fi="kirjastoissa lainattavat IT-laitteet, pelikoneet ja laitteet (kiertotalous)",
        sv="IT-utrustning, spelmaskiner och apparater som kan lånas hem (cirkulär ekonomi)",
        en="IT equipment, gaming machine and equipment lending (circular economy)",
    )),
    (TOOLS, Text(
        fi="kirjastoissa lainattavat työkalut ja mittauslaitteet (kiertotalous)",
        sv="verktyg och mätinstrument som kan lånas hem (cirkulär ekonomi)",
        en="tools and measuring instruments lending (circular economy)",
    )),
    (INSTRUMENTS, Text(
        fi="kirjastoissa lainattavat soittimet ja tarvikkeet (kiertotalous)",
        sv="instrument och tillbehör som kan lånas hem (cirkulär ekonomi)",
        en="musical instruments and equipment lending (circular economy)",
    )),
    (951, Text(
        fi="kirjastoissa lainattavat urheilun ja kulttuurin kausikortit (kiertotalous)",
        sv="säsongskort för idrott och kultur som kan lånas hem (cirkulär ekonomi)",
        en="cultural and sporting events season tickets lending (circular economy)",
    )),
    (952, Text(
        fi="kirjastoissa lainattava taide, grafiikka, valokuvat (kiertotalous)",
        sv="konst, grafik, fotografier som kan lånas hem (cirkulär ekonomi)",
        en="art, graphic arts, photographs lending (circular economy)",
    )),
    (954, Text(
        fi="kirjastoissa käytettävissä olevat asiakastietokoneet, itsepalvelutulostus, kopiointi, skannaus "
        "(kiertotalous)",
        sv="kunddatorer, skrivare, kopieringsmaskiner och skanner som finns tillgängliga i biblioteken "
        "(cirkulär ekonomi)",
        en="computers, copying and scanning available for use in the library (circular economy)",
    )),
    (955, Text(
        fi="kirjastoissa käytettävissä olevat pelikoneet ja laitteet (kiertotalous)",
        sv="spelkonsoler och apparater som finns tillgängliga i biblioteken (cirkulär ekonomi)",
        en="game consoles and equipment available for use in the library (circular economy)",
    )),
    (956, Text(
        fi="kirjastoissa lainattavat muut (kiertotalous)",
        sv="annat som kan lånas hem (cirkulär ekonomi)",
        en="lending of other objects and equipment (circular economy)",
    )),
    (MAKERSPACE, Text(
        fi="kirjastoissa käytettävissä olevat Makerspace - Tee se itse (kiertotalous)",
        sv="Makerspace - Gör det själv som finns tillgängligt i biblioteken (cirkulär ekonomi)",
        en="Makerspace - DIY available for use in the library (circular economy)",
    )),
    (958, Text(
        fi="kirjastoissa käytettävissä olevat soittimet ja tarvikkeet (kiertotalous)",
        sv="instrument och tillbehör som finns tillgängliga i biblioteken (cirkulär ekonomi)",
        en="musical instruments and equipment available for use in the library (circular economy)",
    )),
    (YOUTH_CENTRE, Text(fi="nuorisotalot ja nuorisotilat", sv="ungdomsgårdar", en="youth centres")),
    (ADULT_EDUCATION, Text(fi="työväenopistot", sv="arbetarinstitut", en="adult education centres")),
    (SCHOOL, Text(fi="peruskoulut", sv="grundskolor", en="comprehensive schools")),
    (MUSEUM, Text(fi="museot", sv="museer", en="museums")),
    (CULTURE_CENTRE, Text(fi="kulttuurikeskukset ja -talot", sv="kulturcenter och kulturhus", en="cultural centres")),
    (SPORTS_HALL, Text(fi="liikuntahallit", sv="idrottshallar", en="sports halls")),
    (SPORTS_FIELD, Text(fi="urheilukentät", sv="idrottsplaner", en="sports fields")),
    (HEALTH_STATION, Text(fi="terveysasemat", sv="hälsostationer", en="health stations")),
    (DENTIST, Text(fi="hammashoitolat", sv="tandkliniker", en="dental clinics")),
    (SERVICE_POINT, Text(fi="asiointipisteet", sv="servicepunkter", en="service points")),
    (PARK, Text(fi="puistot", sv="parker", en="parks")),
    (PLAYGROUND, Text(fi="leikkipuistot", sv="lekparker", en="playgrounds")),
    (DAY_CENTRE, Text(fi="asukastalot", sv="invånarhus", en="community houses")),
)  # fmt: skip

# The register's services by what the libraries call them (library_services.json).
MEANT_BY: dict[int, frozenset[str]] = {
    691: frozenset({"Skannerit", "Filmiskannerit"}),
    692: frozenset({"Tulostimet (väri)", "Tulostimet (mustavalko)", "Itsepalvelutulostus"}),
    806: frozenset({"Langaton verkko (Wi-Fi)"}),
    239: frozenset({"Kahvilat"}),
    947: frozenset({
        "Ulkopelit", "Liikuntavälineet", "Kuntoiluvälineet", "Kävelysauvat", "Lumikengät", "Frisbee kiekot",
    }),
    948: frozenset({"Lehdenlukutabletit", "Tablettitietokoneet", "Kannettavat tietokoneet"}),
    TOOLS: frozenset({
        "Työkalut", "Porakoneet", "Poravasarat", "Iskuporakoneet", "Sähkönkulutusmittarit", "Rakenneilmaisin",
        "Kosteusmittarit", "Pintalämpömittarit", "Infrapunalämpömittarit", "Desibelimittarit", "Radonmittarit",
        "Laseretäisyysmittalaite", "A-tikkaat", "Vesivaaka",
    }),
    INSTRUMENTS: frozenset({"Soittimet", "Ukulele"}),
    951: frozenset({"Kausikortit"}),
    952: frozenset({"Taidelainaus"}),
    954: frozenset({"Tietokoneet", "Kopiokoneet (väri)", "Kopiokoneet (mustavalko)"}),
    955: frozenset({"Pelikonsolit", "Pelihuoneet"}),
    956: frozenset({"Roskapihdit", "Nokkakärryt", "Kuormapyörät", "Verenpainemittarit", "Kirkasvalolamput"}),
    MAKERSPACE: frozenset({"Ompelukoneet", "3D-tulostimet", "Vinyylileikkurit", "Saumurit", "Pajat", "Laserleikkurit"}),
    958: frozenset({"Piano", "Digitaalipiano", "Soittohuoneet", "Musiikkistudio"}),
}  # fmt: skip
LENDING = frozenset({947, 948, TOOLS, INSTRUMENTS, 951, 952, 956})
USING = frozenset({954, 955, MAKERSPACE, 958})


def services_of_library(own_words: tuple[str, ...]) -> tuple[int, ...]:
    """813 and what its own list of services means in the register; sorted."""
    words = frozenset(own_words)
    found = {service for service, names in MEANT_BY.items() if names & words} | {LIBRARY}
    if found & LENDING:
        found.add(LENDS)
    if found & USING:
        found.add(926)
    return tuple(sorted(found))
