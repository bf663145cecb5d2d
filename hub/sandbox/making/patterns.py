"""What happens in the made city again and again: patterns, which `events.py` lays over the weeks."""

from __future__ import annotations

from typing import Literal

import msgspec

from hub.sandbox.city import Text
from hub.sandbox.making.themes import (
    CHOIR,
    CRAFTS,
    CULTURE,
    EDUCATION,
    ENVIRONMENT,
    ESPOO_LIBRARIES,
    HOUSE_STYLE,
    LIBRARIES,
    MUSEUM,
    PARTNER,
    SPORT,
    SPORT_FOR_ALL,
    UNIVERSITY,
    YOUTH,
)

Calendar = Literal["linkedevents", "espoo", "icalendar", "rss", "tribe", "jsonld"]
CITY_ONLY: tuple[Calendar, ...] = ("linkedevents",)
ALL, FINNISH, NO_ENGLISH = ("fi sv en",), ("fi",), ("fi sv",)
MIXED = ("fi sv en", "fi sv en", "fi", "fi sv", "fi en")


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """At which places a pattern goes on: the named ones, and `more` of those of a kind."""

    kind: str  # MadePlace.kind, or the beginning of a key: "playground"
    named: tuple[str, ...] = ()
    more: int = 0
    city: str = "Helsinki"


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """Something that comes back every `every` weeks, on a weekday of its own at each place.

    `lead`: full weeks before its own at which it is published; `keep`: weeks until the calendar drops it again.
    """

    slug: str
    name: Text
    summary: Text
    text: Text
    where: Where | None  # None: on the internet
    every: int = 1
    lead: int = 1
    keep: int = 1
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    hours: tuple[int, ...] = (10, 14, 17)
    minutes: int = 90
    days: int = 0  # whole days; 0: it has a clock time
    calendars: tuple[Calendar, ...] = CITY_ONLY
    also: Calendar | None = None  # every third place's are in this calendar too
    organisation: str | None = LIBRARIES
    keywords: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ("fi",)
    written: tuple[str, ...] = MIXED  # one of them at each place
    ages: tuple[int | None, int | None] = (None, None)
    is_free: bool | None = True
    price: Text = Text()
    places: int | None = None  # to enrol for
    type: Literal["General", "Course", "Volunteering"] = "General"
    series: Literal["recurring", "umbrella"] | None = None
    guarded: bool = False  # never cancelled or postponed: the demo leans on it


OODI, KALLIO, VALLILA = "library-86476", "library-84860", "library-84870"
CHILDREN, YOUNG, ADULTS, OLD, BABIES, IMMIGRANTS = (
    "yso:p4354", "yso:p11617", "yso:p5590", "yso:p2433", "yso:p15937", "yso:p6165",
)  # fmt: skip

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        slug="kielikahvila",
        name=Text(fi="Kielikahvila", sv="Språkcafé", en="Language café"),
        summary=Text(fi="Jutellaan suomeksi kahvin äärellä.", sv="Vi pratar finska över en kopp kaffe.",
                     en="Let us talk in Finnish over a cup of coffee."),
        text=Text(fi="Kielikahvilassa harjoitellaan puhumista rennosti. Et tarvitse ilmoittautua.",
                  sv="På språkcaféet övar vi att prata i lugn och ro. Du behöver inte anmäla dig.",
                  en="At the language café we practise speaking at ease. No need to sign up."),
        where=Where(kind="library", named=(KALLIO, OODI, VALLILA), more=7), lead=3, weekdays=(1, 2, 3), hours=(16, 17),
        keywords=("yso:p556", "yso:p14004", "yso:p8856"), audience=(IMMIGRANTS, ADULTS), written=("fi sv en",),
        guarded=True,
    ),
    Pattern(
        slug="sprakcafe",
        name=Text(fi="Ruotsin kielikahvila", sv="Språkcafé på svenska", en="Swedish language café"),
        summary=Text(fi="Harjoittele ruotsia seurassa.", sv="Öva svenska i sällskap."),
        text=Text(fi="Kaikentasoiset puhujat ovat tervetulleita.", sv="Alla är välkomna, på vilken nivå som helst."),
        where=Where(kind="library", named=(OODI,), more=4), every=2, lead=5, weekdays=(2, 3, 5), hours=(13, 17),
        keywords=("yso:p556", "yso:p12469", "yso:p14004"), audience=(ADULTS,), spoken=("sv",),
        written=("fi sv", "sv", "fi sv en"), also="icalendar",
    ),
    Pattern(
        slug="english-cafe",
        name=Text(fi="Englannin kielikahvila", en="English conversation café"),
        summary=Text(en="Talk about books and everyday life in English."),
        text=Text(fi="Keskustelua englanniksi.", en="Conversation in English for everyone who knows a little."),
        where=Where(kind="library", more=6), every=2, lead=4, weekdays=(0, 4), hours=(17, 18),
        keywords=("yso:p556", "yso:p2573", "yso:p14004"), audience=(ADULTS,), spoken=("en",), written=("en", "fi en"),
    ),
    Pattern(
        slug="satutunti",
        name=Text(fi="Satutunti", sv="Sagostund", en="Story hour"),
        summary=Text(fi="Satuja yli kolmevuotiaille.", sv="Sagor för barn över tre år.",
                     en="Stories for children over three."),
        text=Text(fi="Luetaan yhdessä ja ihmetellään kuvia.", sv="Vi läser tillsammans och undrar över bilderna.",
                  en="We read together and wonder at the pictures."),
        where=Where(kind="library", named=(OODI, KALLIO, VALLILA), more=15), weekdays=(1, 2, 3), hours=(9, 10),
        minutes=45, keywords=("yso:p14710", "yso:p4742", "yso:p15564"), audience=(CHILDREN,), ages=(3, 7),
        series="recurring",
    ),
    Pattern(
        slug="loruhetki",
        name=Text(fi="Vauvojen loruhetki", sv="Ramsor för babyer"),
        summary=Text(fi="Loruja, lauluja ja liikettä.", sv="Ramsor, sånger och rörelse."),
        text=Text(fi="Lorutellaan sylikkäin.", sv="Vi ramsar med babyn i famnen."),
        where=Where(kind="library", more=7), weekdays=(0, 2, 4), hours=(10, 11), minutes=30,
        keywords=("yso:p15937", "yso:p20513", "yso:p5470"), audience=(BABIES,), ages=(0, 2),
        written=("fi sv", "sv", "fi"), series="recurring",
    ),
    Pattern(
        slug="digituki",
        name=Text(fi="Digituki", sv="Digitalt stöd", en="Digital support"),
        summary=Text(fi="Apua puhelimen ja tietokoneen käyttöön.", sv="Hjälp med telefon och dator.",
                     en="Help with your phone and computer."),
        text=Text(fi="Ota oma laite mukaan.", sv="Ta med din egen apparat.", en="Bring your own device."),
        where=Where(kind="library", named=(VALLILA, KALLIO), more=11), weekdays=(0, 3), hours=(12, 13), minutes=120,
        keywords=("yso:p23", "yso:p5462", "yso:p8692"), audience=(OLD,), written=("fi", "fi sv", "fi sv en"),
    ),
    Pattern(
        slug="lukupiiri",
        name=Text(fi="Lukupiiri", sv="Läsecirkel", en="Book club"),
        summary=Text(fi="Kuukauden kirjasta keskustellaan.", sv="Vi talar om månadens bok."),
        text=Text(fi="Lukupiiri on avoin kaikille.", sv="Läsecirkeln är öppen för alla.",
                  en="The book club is open to all."),
        where=Where(kind="library", named=(KALLIO, VALLILA), more=8), every=4, lead=9, keep=4, weekdays=(1, 2, 3),
        hours=(17, 18), keywords=("yso:p8113", "yso:p11406", "yso:p1896"), audience=(ADULTS,),
    ),
    Pattern(
        slug="neulekahvila",
        name=Text(fi="Neulekahvila", sv="Stickcafé", en="Knitting café"),
        summary=Text(fi="Neulotaan ja jutellaan."),
        text=Text(fi="Puikkoja ja lankaa saa lainata.", sv="Stickor och garn finns att låna."),
        where=Where(kind="library", more=8), every=2, lead=4, keep=2, weekdays=(0, 2, 3), hours=(16, 17),
        keywords=("yso:p10066", "yso:p485", "yso:p8630"), written=("fi", "fi", "fi sv"),
    ),
    Pattern(
        slug="3d-opastus",
        name=Text(fi="3D-tulostuksen perusteet", sv="Grunderna i 3D-utskrift", en="Basics of 3D printing"),
        summary=Text(fi="Ensimmäinen tuloste ohjatusti.", en="Your first print, guided."),
        text=Text(fi="Opastuksen jälkeen voit varata tulostimen itse.",
                  en="After this you can book a printer yourself."),
        where=Where(kind="library", named=(OODI,), more=3), lead=2, keep=1, weekdays=(1, 3), hours=(15, 17),
        keywords=("yso:p27475", "yso:p19245", "yso:p2339"), places=8, ages=(12, None),
    ),
    Pattern(
        slug="ompelupaja",
        name=Text(fi="Korjausompelun paja", sv="Verkstad för lagning av kläder", en="Mending workshop"),
        summary=Text(fi="Paikataan ja korjataan vaatteita."),
        text=Text(fi="Ompelukoneet ovat paikalla.", sv="Symaskiner finns på plats.",
                  en="Sewing machines are there for you."),
        where=Where(kind="library", named=(OODI,), more=4), every=2, lead=4, keep=2, weekdays=(2, 5), hours=(12, 16),
        minutes=150, keywords=("yso:p3910", "yso:p2683", "yso:p5268"), places=10,
    ),
    Pattern(
        slug="peli-ilta",
        name=Text(fi="Peli-ilta", sv="Spelkväll", en="Game night"),
        summary=Text(fi="Lauta- ja konsolipelejä.", sv="Bräd- och konsolspel."),
        text=Text(fi="Tule yksin tai kaverin kanssa.", sv="Kom ensam eller med en vän.",
                  en="Come alone or with a friend."),
        where=Where(kind="youth", named=("youth-vallila-door",), more=9), weekdays=(2, 3, 4), hours=(17, 18),
        minutes=180, organisation=YOUTH, keywords=("yso:p14483", "yso:p2758", "yso:p21628"), audience=(YOUNG,),
        ages=(13, 17),
    ),
    Pattern(
        slug="avoin-bandi",
        name=Text(fi="Avoin bändi-ilta", sv="Öppen bandkväll"),
        summary=Text(fi="Soittimet odottavat."),
        text=Text(fi="Kokeile bassoa, rumpuja tai laulua.", sv="Pröva bas, trummor eller sång."),
        where=Where(kind="youth", more=5), every=2, lead=3, keep=2, weekdays=(1, 3), hours=(18,), minutes=120,
        organisation=YOUTH, keywords=("yso:p1808", "yso:p7110", HOUSE_STYLE), audience=(YOUNG,), ages=(13, 20),
    ),
    Pattern(
        slug="matinea",
        name=Text(fi="Viikonlopun musiikkihetki", sv="Musik på veckoslutet", en="Weekend music"),
        summary=Text(fi="Puoli tuntia elävää musiikkia.", sv="En halvtimme levande musik.",
                     en="Half an hour of live music."),
        text=Text(fi="Vapaa pääsy.", sv="Fritt inträde.", en="Free admission."),
        where=Where(kind="library", named=(OODI, KALLIO, VALLILA), more=2), lead=2, keep=1, weekdays=(5, 6),
        hours=(12, 13), minutes=30, keywords=("yso:p1808", "yso:p11185", "yso:p27962"), written=("fi sv en", "fi"),
        guarded=True,
    ),
    Pattern(
        slug="konsertti",
        name=Text(fi="Iltakonsertti", sv="Kvällskonsert", en="Evening concert"),
        summary=Text(fi="Kamarimusiikkia ja uusia lauluja.", sv="Kammarmusik och nya sånger.",
                     en="Chamber music and new songs."),
        text=Text(fi="Ovet avataan puoli tuntia ennen.", sv="Dörrarna öppnas en halvtimme innan.",
                  en="Doors open half an hour before."),
        where=Where(kind="culture", more=10), every=3, lead=12, keep=4, weekdays=(3, 4, 5), hours=(18, 19), minutes=120,
        organisation=CULTURE, keywords=("yso:p11185", "yso:p14380", "yso:p1808"), is_free=False,
        price=Text(fi="10–18 €", sv="10–18 €", en="10–18 €"),
    ),
    Pattern(
        slug="kuoro",
        name=Text(fi="Yhteislaulua", sv="Allsång", en="Singing together"),
        summary=Text(fi="Tuttuja lauluja yhdessä."),
        text=Text(fi="Laulut heijastetaan seinälle.", sv="Sångerna visas på väggen."),
        where=Where(kind="culture", more=4), every=2, lead=4, keep=1, weekdays=(6,), hours=(14,), minutes=60,
        calendars=("icalendar",), also="linkedevents", organisation=CHOIR, keywords=("yso:p15198", "yso:p2428"),
        is_free=None, written=("fi", "fi sv"), series="recurring",
    ),
    Pattern(
        slug="kotiseutu",
        name=Text(fi="Kotiseutukävely", sv="Hembygdsvandring", en="Local history walk"),
        summary=Text(fi="Kävellen läpi kaupunginosan tarinoiden."),
        text=Text(fi="Lähtö portilta, matkaa kaksi kilometriä.", sv="Vi startar vid porten och går två kilometer."),
        where=Where(kind="park", named=("le-yard",), more=8), every=2, lead=3, keep=0, weekdays=(5, 6), hours=(11, 13),
        calendars=("icalendar",), also="linkedevents", organisation=PARTNER,
        keywords=("yso:p6187", "yso:p25338", "yso:p9783"), written=("fi", "fi", "fi sv"),
    ),
    Pattern(
        slug="yhdistys",
        name=Text(fi="Yhdistyksen avoimet ovet", sv="Föreningens öppna dörrar"),
        summary=Text(fi="Kahvia ja kuulumisia."),
        text=Text(fi="Kaikki kaupunginosan asukkaat ovat tervetulleita."),
        where=Where(kind="other", named=("le-yard",), more=6), lead=2, keep=0, weekdays=(1, 3), hours=(17, 18),
        minutes=120, calendars=("icalendar",), organisation=PARTNER, keywords=("yso:p10590", "yso:p1393"),
        is_free=None, written=FINNISH, series="recurring",
    ),
    Pattern(
        slug="museokierros",
        name=Text(fi="Opastettu kierros: kaupungin aarteet", sv="Guidad visning: stadens skatter"),
        summary=Text(fi="Opas kertoo museon tunnetuimmista esineistä."),
        text=Text(fi="Kierros kestää tunnin, pääsy museolipulla.", sv="Visningen tar en timme."),
        where=Where(kind="culture", more=4), lead=3, keep=1, weekdays=(1, 5, 6), hours=(12, 14), minutes=60,
        calendars=("rss",), also="linkedevents", organisation=MUSEUM, keywords=("yso:p4934", "yso:p5121"),
        is_free=False, price=Text(fi="12 €", sv="12 €"), written=("fi", "fi sv"), series="recurring",
    ),
    Pattern(
        slug="kasityoilta",
        name=Text(fi="Käsityöilta – neulo & virkkaa"),
        summary=Text(fi="Oma työ mukaan, neuvoja saa."),
        text=Text(fi="Langat ja puikot voi lainata yhdistykseltä."),
        where=Where(kind="other", named=("le-yard",), more=3), lead=4, keep=1, weekdays=(0, 3), hours=(17, 18),
        minutes=120, calendars=("tribe",), also="icalendar", organisation=CRAFTS,
        keywords=("yso:p10066", "yso:p4923"), written=FINNISH,
    ),
    Pattern(
        slug="yleisoluento",
        name=Text(fi="Yleisöluento: tiede arjessa", sv="Föreläsning: vetenskap i vardagen",
                  en="Public lecture: science in everyday life"),
        summary=Text(fi="Tutkija kertoo työstään.", sv="En forskare berättar.", en="A researcher tells of her work."),
        text=Text(fi="Vapaa pääsy, ei ilmoittautumista.", sv="Fritt inträde, ingen anmälan.",
                  en="Free entry, no need to sign up."),
        where=Where(kind="culture", more=3), every=2, lead=5, keep=1, weekdays=(2, 3), hours=(17, 18), minutes=90,
        calendars=("jsonld",), also="linkedevents", organisation=UNIVERSITY,
        keywords=("yso:p15875", "yso:p2630"), spoken=("fi", "en"), written=("fi sv en", "fi en"),
    ),
    Pattern(
        slug="nayttely",
        name=Text(fi="Näyttely: Kaupungin värit", sv="Utställning: Stadens färger",
                  en="Exhibition: Colours of the city"),
        summary=Text(fi="Kuvia ja tekstejä kaduilta.", sv="Bilder och texter från gatorna."),
        text=Text(fi="Näyttely on avoinna aukioloaikoina.", sv="Utställningen är öppen under öppettiderna.",
                  en="The exhibition is open during opening hours."),
        where=Where(kind="culture", named=(OODI,), more=6), every=5, lead=5, keep=1, weekdays=(1,), days=31,
        organisation=CULTURE, keywords=("yso:p5121", "yso:p6889", "yso:p2851"),
    ),
    Pattern(
        slug="kirppis",
        name=Text(fi="Pihakirppis", sv="Gårdsloppis", en="Yard sale"),
        summary=Text(fi="Löytöjä ja kierrätystä koko päivän."),
        text=Text(fi="Oman pöydän voi tuoda.", sv="Ta gärna med ett eget bord."),
        where=Where(kind="park", named=("le-jetty",), more=4), every=4, lead=6, keep=2, weekdays=(5,), days=1,
        organisation=None, keywords=("yso:p9375", "yso:p5268"), written=("fi", "fi sv", "fi sv en"), is_free=None,
    ),
    Pattern(
        slug="kaupunginosapaivat",
        name=Text(fi="Kaupunginosapäivät", sv="Stadsdelsdagarna", en="Neighbourhood days"),
        summary=Text(fi="Kaksi päivää ohjelmaa kaikille."),
        text=Text(fi="Musiikkia, työpajoja ja ruokaa.", sv="Musik, verkstäder och mat.",
                  en="Music, workshops and food."),
        where=Where(kind="park", more=4), every=6, lead=14, keep=4, weekdays=(5,), days=2, organisation=CULTURE,
        keywords=("yso:p357", "yso:p1304", "yso:p360"),
    ),
    Pattern(
        slug="talkoot",
        name=Text(fi="Puistotalkoot", sv="Parktalko", en="Park clean-up"),
        summary=Text(fi="Siivotaan ja istutetaan yhdessä.", en="We tidy and plant together."),
        text=Text(fi="Välineet ja mehut tarjotaan.", sv="Redskap och saft finns på plats.",
                  en="Tools and juice are on us."),
        where=Where(kind="park", more=8), every=3, lead=6, keep=2, weekdays=(2, 5), hours=(10, 16), minutes=150,
        organisation=ENVIRONMENT, keywords=("yso:p3050", "yso:p3227", "yso:p13084"), type="Volunteering",
    ),
    Pattern(
        slug="lukukaveri",
        name=Text(fi="Lukukaveriksi koulun kerhoon", sv="Bli läskompis i skolans klubb"),
        summary=Text(fi="Vapaaehtoisia lukijoita etsitään."),
        text=Text(fi="Luetaan lasten kanssa tunti viikossa."),
        where=Where(kind="education", more=4), every=4, lead=8, keep=2, weekdays=(0, 3), hours=(13,), minutes=60,
        organisation=EDUCATION, keywords=("yso:p3050", "yso:p11406"), type="Volunteering", written=("fi", "fi sv"),
        places=4,
    ),
    Pattern(
        slug="luontopolku",
        name=Text(fi="Lintukävely", sv="Fågelpromenad", en="Bird walk"),
        summary=Text(fi="Mitä lintuja kaupungissa kuuluu?"),
        text=Text(fi="Ota kiikarit mukaan, jos sinulla on.", sv="Ta med kikare om du har."),
        where=Where(kind="park", more=6), every=2, lead=5, keep=1, weekdays=(5, 6), hours=(8, 9), minutes=120,
        organisation=ENVIRONMENT, keywords=("yso:p14232", "yso:p17728", "yso:p2023"),
    ),
    Pattern(
        slug="tuolijumppa",
        name=Text(fi="Tuolijumppa", sv="Sittgymnastik"),
        summary=Text(fi="Kevyttä liikettä istuen."),
        text=Text(fi="Sopii kaikille.", sv="Passar alla."),
        where=Where(kind="sport", more=8), weekdays=(0, 2), hours=(10, 11), minutes=45, organisation=SPORT,
        keywords=("yso:p27829", "yso:p19453", SPORT_FOR_ALL), audience=(OLD,), written=("fi", "fi sv"),
    ),
    Pattern(
        slug="perheliikunta",
        name=Text(fi="Perheliikunta", sv="Familjegymnastik", en="Family exercise"),
        summary=Text(fi="Temppurata koko perheelle."),
        text=Text(fi="Lapsi osallistuu aikuisen kanssa."),
        where=Where(kind="sport", more=6), lead=2, weekdays=(5, 6), hours=(10,), minutes=60, organisation=SPORT,
        keywords=("yso:p916", "yso:p13050", "yso:p963"), audience=(CHILDREN,), is_free=False,
        price=Text(fi="4 € / perhe", sv="4 € / familj", en="€4 a family"), ages=(2, 9),
    ),
    Pattern(
        slug="kurssi-suomi",
        name=Text(fi="Suomen kielen alkeiskurssi", sv="Nybörjarkurs i finska", en="Finnish for beginners"),
        summary=Text(fi="Kahdeksan iltaa, alkeista arkeen.",
                     en="Eight evenings, from the first words to everyday life."),
        text=Text(fi="Kurssilla opitaan puhumaan ja lukemaan.", en="You learn to speak and to read."),
        where=Where(kind="education", more=4), lead=4, keep=2, weekdays=(0, 2), hours=(17,), minutes=90,
        organisation=EDUCATION, keywords=("yso:p8856", "yso:p9270", "yso:p556"), audience=(ADULTS, IMMIGRANTS),
        type="Course", series="recurring", places=18, is_free=False, price=Text(fi="32 €", sv="32 €", en="€32"),
        written=("fi sv en", "fi en"),
    ),
    Pattern(
        slug="kurssi-ukulele",
        name=Text(fi="Ukulelen alkeet", sv="Ukulele för nybörjare", en="Ukulele for beginners"),
        summary=Text(fi="Soittimen saa lainaksi kirjastosta."),
        text=Text(fi="Kolme sointua ja ensimmäinen laulu.", sv="Tre ackord och den första sången."),
        where=Where(kind="library", named=(KALLIO,), more=2), every=2, lead=6, keep=2, weekdays=(2,), hours=(17,),
        organisation=EDUCATION, keywords=("yso:p37988", "yso:p9270", "yso:p30071"), type="Course", places=12,
        series="recurring",
    ),
    Pattern(
        slug="verkkoluento",
        name=Text(fi="Verkkoluento: Tietoturva arjessa", sv="Nätföreläsning: Datasäkerhet i vardagen",
                  en="Online talk: Everyday data security"),
        summary=Text(fi="Luento ja kysymyksiä.", en="A talk and questions."),
        text=Text(fi="Linkki lähetetään ilmoittautuneille.", en="Those who sign up get a link."),
        where=None, every=2, lead=6, keep=3, weekdays=(2,), hours=(18,), minutes=60,
        keywords=("yso:p5479", "yso:p15875", "yso:p26626"), places=100,
    ),
    Pattern(
        slug="verkkolukupiiri",
        name=Text(fi="Lukupiiri verkossa", sv="Läsecirkel på nätet"),
        summary=Text(fi="Kirjakeskustelua kotisohvalta."),
        text=Text(fi="Osallistu mistä vain.", sv="Delta varifrån du vill."),
        where=None, every=1, lead=5, keep=2, weekdays=(3,), hours=(19,), minutes=60,
        keywords=("yso:p8113", "yso:p26626"), written=("fi", "fi sv"),
    ),
    Pattern(
        slug="asukasilta",
        name=Text(fi="Asukasilta", sv="Invånarkväll", en="Residents' evening"),
        summary=Text(fi="Mitä alueelle suunnitellaan?"),
        text=Text(fi="Keskustellaan hyvinvoinnista ja lähialueesta.", sv="Vi talar om välbefinnande och närområdet."),
        where=Where(kind="other", more=6), every=6, lead=12, keep=4, weekdays=(1, 2), hours=(17, 18), minutes=120,
        organisation=ENVIRONMENT, keywords=("yso:p5164", "yso:p8270", "yso:p22036"),
    ),
    Pattern(
        slug="hyvinvointi",
        name=Text(fi="Hyvinvointipäivä", sv="Välmåendedag", en="Wellbeing day"),
        summary=Text(fi="Mittauksia, neuvontaa ja liikettä."),
        text=Text(fi="Pistäydy, kun sinulle sopii.", sv="Titta in när det passar dig.",
                  en="Drop in when it suits you."),
        where=Where(kind="library", more=6), every=3, lead=10, keep=3, weekdays=(1, 2, 3), hours=(11,), minutes=240,
        keywords=("yso:p22036", "yso:p2762", "yso:p1949"),
    ),
    Pattern(
        slug="kirjaviikko",
        name=Text(fi="Kirjaviikko: lukemisen päivä", sv="Bokveckan: läsningens dag", en="Book week: a day of reading"),
        summary=Text(fi="Kirjavinkkejä ja ääneen lukemista."),
        text=Text(fi="Osa kirjaviikkoa.", sv="En del av bokveckan.", en="Part of the book week."),
        where=Where(kind="library", named=(OODI, KALLIO), more=6), every=8, lead=15, keep=4, weekdays=(0, 1, 2, 3, 4),
        hours=(15,), minutes=120, keywords=("yso:p20073", "yso:p11406", "yso:p8113"), series="umbrella",
    ),
    Pattern(
        slug="espoo-satutunti",
        name=Text(fi="Satuhetki", sv="Sagostund", en="Story time"),
        summary=Text(fi="Satuja lapsille."),
        text=Text(fi="Ei ilmoittautumista.", sv="Ingen anmälan."),
        where=Where(kind="library", more=8, city="Espoo"), lead=2, keep=1, weekdays=(1, 2), hours=(9, 10), minutes=45,
        calendars=("espoo",), organisation=ESPOO_LIBRARIES, keywords=("yso:p14710", "yso:p4742"),
        audience=(CHILDREN,), series="recurring",
    ),
    Pattern(
        slug="espoo-kielikahvila",
        name=Text(fi="Kielikahvila", sv="Språkcafé", en="Language café"),
        summary=Text(fi="Puhutaan suomea.", en="Speaking Finnish."),
        text=Text(fi="Tervetuloa juttelemaan.", en="Welcome to talk with us."),
        where=Where(kind="library", more=5, city="Espoo"), lead=3, keep=1, weekdays=(2, 3), hours=(16, 17),
        calendars=("espoo",), also="linkedevents", organisation=ESPOO_LIBRARIES,
        keywords=("yso:p556", "yso:p14004"), audience=(IMMIGRANTS,),
    ),
    Pattern(
        slug="espoo-elokuva",
        name=Text(fi="Elokuvailta", sv="Filmkväll", en="Film night"),
        summary=Text(fi="Kotimainen elokuva valkokankaalla."),
        text=Text(fi="Kesto noin kaksi tuntia."),
        where=Where(kind="library", more=4, city="Espoo"), every=2, lead=6, keep=2, weekdays=(3, 4), hours=(18,),
        minutes=120, calendars=("espoo",), also="linkedevents", organisation=ESPOO_LIBRARIES,
        keywords=("yso:p1235", "yso:p16327"), written=("fi", "fi sv"),
    ),
    Pattern(
        slug="espoo-animaatio",
        name=Text(fi="Animaatiopaja", sv="Animationsverkstad"),
        summary=Text(fi="Oma piirretty yhdessä illassa.", sv="En egen animation på en kväll."),
        text=Text(fi="Laitteet ovat paikalla, ilmoittaudu ennakkoon.", sv="Apparater finns, anmäl dig på förhand."),
        where=Where(kind="library", more=3, city="Espoo"), every=2, lead=4, keep=2, weekdays=(3, 5), hours=(13, 17),
        calendars=("espoo",), organisation=ESPOO_LIBRARIES, keywords=("yso:p16526", "yso:p19245"),
        audience=(YOUNG,), places=10, ages=(9, 15), written=("fi", "fi sv"),
    ),
)  # fmt: skip
