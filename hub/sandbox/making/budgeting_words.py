"""What residents of the made city wish for: titles and texts of ideas, plans and projects.

`{of}`: the neighbourhood in the genitive ("Kallion"); `{sv}`, `{en}`: its name as Swedish and English take it.
"""

from __future__ import annotations

import msgspec

from hub.sandbox.city import Text

CATEGORIES = (
    Text(fi="Kulttuuri", sv="Kultur", en="Culture"),
    Text(fi="Oppiminen ja osaaminen", sv="Lärande och kunnande", en="Learning and skills"),
    Text(fi="Luonto ja ympäristö", sv="Natur och miljö", en="Nature and the environment"),
    Text(fi="Liikunta ja ulkoilu", sv="Idrott och friluftsliv", en="Sports and the outdoors"),
    Text(fi="Yhteisöllisyys", sv="Gemenskap", en="Community"),
    Text(fi="Terveys ja hyvinvointi", sv="Hälsa och välbefinnande", en="Health and wellbeing"),
)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    category: int  # place in CATEGORIES
    title: Text
    text: Text
    thousands: tuple[int, int]  # euros, what such a thing costs


WISHES = (
    Wish(category=0, thousands=(15, 60),
         title=Text(fi="Soittimia lainaksi: {of} kirjasto", sv="Instrument att låna i {sv} bibliotek",
                    en="Instruments to borrow in {en} library"),
         text=Text(fi="Kirjastosta voisi lainata kitaran, ukulelen tai rummun.",
                   sv="På biblioteket kunde man låna en gitarr, en ukulele eller en trumma.",
                   en="One could borrow a guitar, a ukulele or a drum from the library.")),
    Wish(category=1, thousands=(20, 80),
         title=Text(fi="{of} kirjasto auki myös sunnuntaisin", sv="{sv} bibliotek öppet också på söndagar",
                    en="{en} library open on Sundays too"),
         text=Text(fi="Omatoiminen kirjasto palvelisi viikonloppunakin.",
                   sv="Ett meröppet bibliotek skulle stå öppet också på veckosluten.",
                   en="A self-service library would be open at weekends too.")),
    Wish(category=1, thousands=(10, 40),
         title=Text(fi="Työkalulainaamo: {of} kirjasto", sv="Verktygslån i {sv} bibliotek", en="Tool library in {en}"),
         text=Text(fi="Porakone ja ompelukone lainaan kirjastokortilla.",
                   sv="Låna borrmaskin och symaskin med bibliotekskortet.",
                   en="Borrow a drill or a sewing machine with your library card.")),
    Wish(category=0, thousands=(25, 90),
         title=Text(fi="Lukupuu ja ulkokirjasto: {of} puisto", sv="Läsbänk och utebibliotek i {sv} park",
                    en="Outdoor library in {en} park"),
         text=Text(fi="Kirjanvaihtopiste ja penkkejä puiden alle.", sv="Bokbyte och bänkar under träden.",
                   en="A book swap and benches under the trees.")),
    Wish(category=1, thousands=(5, 20),
         title=Text(fi="Kirjastoautolle uusi pysäkki: {of} tori", sv="Ny hållplats för bokbussen: {sv} torg"),
         text=Text(fi="Kirjastoauto voisi pysähtyä myös täällä.", sv="Bokbussen kunde stanna också här.")),
    Wish(category=2, thousands=(30, 120),
         title=Text(fi="Kukkaniittyjä: {of} katujen varret", sv="Blomsterängar vid gatorna i {sv} stadsdel",
                    en="Flower meadows along the streets of {en}"),
         text=Text(fi="Niityt auttavat pölyttäjiä.", sv="Ängarna hjälper pollinerarna.",
                   en="Meadows help the pollinators.")),
    Wish(category=2, thousands=(10, 50),
         title=Text(fi="Lisää penkkejä ja puita: {of} asukaspuisto", sv="Fler bänkar och träd i {sv} park",
                    en="More benches and trees for {en} park"),
         text=Text(fi="Varjoa ja istumapaikkoja kaikenikäisille.", sv="Skugga och sittplatser för alla åldrar.",
                   en="Shade and seats for all ages.")),
    Wish(category=3, thousands=(40, 180),
         title=Text(fi="Ulkokuntosali: {of} kenttä", sv="Utegym vid {sv} plan", en="Outdoor gym at {en} field"),
         text=Text(fi="Laitteita eri-ikäisille, myös pyörätuolin käyttäjille.",
                   sv="Redskap för alla åldrar, också för den som sitter i rullstol.",
                   en="Equipment for all ages and for wheelchair users.")),
    Wish(category=3, thousands=(60, 250),
         title=Text(fi="Skeittiparkki ja valot: {of} ranta", sv="Skatepark med belysning: {sv} strand",
                    en="Skate park with lights in {en}"),
         text=Text(fi="Paikka rullalaudoille ja potkulaudoille.", sv="En plats för skateboard och sparkcykel.")),
    Wish(category=3, thousands=(15, 70),
         title=Text(fi="Valaistu hiihtolatu: {of} metsä", sv="Belyst skidspår i {sv} skog"),
         text=Text(fi="Latu palvelisi iltaisin.", sv="Spåret kunde användas på kvällarna.")),
    Wish(category=4, thousands=(10, 60),
         title=Text(fi="Yhteinen olohuone: {of} asukastalo", sv="Ett gemensamt vardagsrum i {sv} invånarhus",
                    en="A shared living room for {en}"),
         text=Text(fi="Tila, jossa voi olla ilman ostamista.", sv="Ett rum där man kan vara utan att köpa något.",
                   en="A place to be without having to buy anything.")),
    Wish(category=4, thousands=(8, 35),
         title=Text(fi="Kaupunginosajuhla: {of} kadut", sv="Stadsdelsfest på gatorna i {sv} stadsdel",
                    en="Street party in {en}"),
         text=Text(fi="Päivä ilman autoja, musiikkia ja ruokaa.", sv="En dag utan bilar, med musik och mat.",
                   en="A day without cars, with music and food.")),
    Wish(category=5, thousands=(10, 45),
         title=Text(fi="Hyvinvointipäiviä ikäihmisille: {of} palvelutalo",
                    sv="Välmåendedagar för äldre: {sv} servicehus",
                    en="Wellbeing days for older people in {en}"),
         text=Text(fi="Tuolijumppaa, laulua ja lukuhetkiä.", sv="Sittgymnastik, sång och läsestunder.",
                   en="Chair exercise, singing and reading.")),
    Wish(category=5, thousands=(12, 50),
         title=Text(fi="Mielenterveyden matala kynnys: {of} nuorisotila", sv="Stöd för unga på {sv} ungdomsgård",
                    en="Easy support for the young in {en}"),
         text=Text(fi="Juttuseuraa ilman ajanvarausta.", sv="Någon att prata med, utan tidsbeställning.",
                   en="Someone to talk to, without an appointment.")),
)  # fmt: skip

STATUSES: tuple[tuple[str, Text], ...] = (
    ("not_started", Text(fi="Ei aloitettu", sv="Inte påbörjat", en="Not started")),
    ("planning", Text(fi="Suunnittelu", sv="Planering", en="Planning")),
    ("progress", Text(fi="Toteutus", sv="Genomförande", en="Implementation")),
    ("completed", Text(fi="Valmis", sv="Färdigt", en="Completed")),
)
MILESTONES = (
    Text(fi="Suunnittelu alkoi", sv="Planeringen började", en="Planning began"),
    Text(fi="Työt alkoivat", sv="Arbetet började", en="Work began"),
    Text(fi="Valmistui", sv="Blev färdigt"),
)
PHASES = (
    Text(fi="Ideointi", sv="Idéer", en="Ideas"),
    Text(fi="Yhteiskehittäminen", sv="Medskapande", en="Co-creation"),
    Text(fi="Äänestys", sv="Omröstning", en="Voting"),
    Text(fi="Toteutus", sv="Genomförande", en="Implementation"),
)
WHOLE_CITY = Text(fi="Koko Helsinki", sv="Hela Helsingfors", en="The whole of Helsinki")
MAJOR_DISTRICTS = (  # in the order of the budgeting service's own ids
    Text(fi="Eteläinen", sv="Södra", en="Southern"),
    Text(fi="Läntinen", sv="Västra", en="Western"),
    Text(fi="Keskinen", sv="Mellersta", en="Central"),
    Text(fi="Pohjoinen", sv="Norra", en="Northern"),
    Text(fi="Koillinen", sv="Nordöstra", en="North-eastern"),
    Text(fi="Kaakkoinen", sv="Sydöstra", en="South-eastern"),
    Text(fi="Itäinen", sv="Östra", en="Eastern"),
    Text(fi="Östersundom", sv="Östersundom", en="Östersundom"),
)
