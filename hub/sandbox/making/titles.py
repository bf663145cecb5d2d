"""Words for the made catalogue. Titles and authors are made up but for the editions of one novel that all know."""

from __future__ import annotations

import msgspec

# One Finnish novel in many languages: title, language (ISO 639-2/B), year, format.
SINUHE_AUTHOR = "Waltari, Mika"
SINUHE: tuple[tuple[str, str, str, str], ...] = (
    ("Sinuhe egyptiläinen : viisitoista kirjaa lääkäri Sinuhen elämästä", "fin", "1945", "book"),
    ("Sinuhe egyptiläinen : viisitoista kirjaa lääkäri Sinuhen elämästä", "fin", "1998", "book"),
    ("Sinuhe egyptiläinen", "fin", "2019", "book"),
    ("Sinuhe egyptiläinen", "fin", "2013", "audiobook"),
    ("Sinuhe egyptiläinen", "fin", "2016", "ebook"),
    ("Sinuhe, egyptiern", "swe", "1982", "book"),
    ("The Egyptian", "eng", "2002", "book"),
    ("Sinuhe der Ägypter", "ger", "1948", "book"),
    ("Sinuhe, egiptlane", "est", "1991", "book"),
    ("Синухе, египтянин", "rus", "1994", "book"),
)

FIRST_NAMES = (
    "Aino", "Eero", "Helmi", "Ilmari", "Kerttu", "Lauri", "Meri", "Oskari", "Pihla", "Rauha", "Sulo", "Taimi", "Urho",
    "Vieno", "Ylva", "Åke", "Hedvig", "Signe", "Torsten", "Edith", "Samira", "Yusuf", "Olena", "Juris",
)  # fmt: skip
SURNAMES = (
    "Esimerkki", "Tekaistu", "Kuviteltu", "Mallila", "Sepiteperä", "Keksimö", "Tarunen", "Satulehto", "Kuvittelius",
    "Påhittberg", "Exempelström", "Sagolund", "Diktander", "Madeup", "Fictional", "Invented",
)  # fmt: skip
PUBLISHERS = ("Tekaistu Kustannus", "Esimerkkikirjat", "Påhittat förlag", "Made-up Press", None)


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of book: what its titles are put together from, and what it is about."""

    language: str
    firsts: tuple[str, ...]
    seconds: tuple[str, ...]
    subjects: tuple[tuple[str, ...], ...]  # one of them each


FICTION_FI = Shelf(
    language="fin",
    firsts=("Hiljainen", "Viimeinen", "Sininen", "Kadonnut", "Yöllinen", "Vieras", "Pieni", "Pitkä", "Lämmin", "Outo",
            "Toinen", "Unohdettu", "Kevyt", "Vanha", "Avoin", "Pohjoinen", "Keskeneräinen", "Aamuinen"),
    seconds=("satama", "silta", "lautta", "talvi", "huone", "kesä", "puutarha", "laulu", "matka", "kirje", "kivi",
             "saari", "portti", "juna", "ranta", "piha", "vuosi", "kello", "lamppu", "kartta", "torni", "meri",
             "metsä", "tori", "sade", "valo"),
    subjects=(("romaanit",), ("rakkausromaanit",), ("jännityskirjallisuus",), ("historialliset romaanit",),
              ("rikoskirjallisuus",), ("novellit",), ("fantasiakirjallisuus",), ("tieteiskirjallisuus",)),
)  # fmt: skip
FACT_FI = Shelf(
    language="fin",
    firsts=("Puutarhanhoidon", "Leipomisen", "Neulonnan", "Kaupunkiluonnon", "Ohjelmoinnin", "Hyvinvoinnin",
            "Retkeilyn", "Sukututkimuksen", "Arkkitehtuurin", "Tähtitieteen", "Valokuvauksen", "Kestävän kehityksen",
            "Ukulelen", "Työnhaun", "Suomen kielen", "Mielenterveyden"),
    seconds=("perusteet", "käsikirja", "opas", "historia", "sanakirja", "vuosi", "aakkoset", "kuvina", "alkeet",
             "taito", "pikku jättiläinen", "lukukirja"),
    subjects=(("tietokirjallisuus",), ("hyvinvointi (terveydellinen)",), ("kestävä kehitys", "ympäristö"),
              ("puutarhanhoito",), ("kädentaidot",), ("tähtitiede",), ("suomen kieli", "kielet"),
              ("kaupunkihistoria", "historia")),
)  # fmt: skip
CHILDREN_FI = Shelf(
    language="fin",
    firsts=("Mörkö", "Siili", "Pilvi", "Karhu", "Kettu", "Tonttu", "Pöllö", "Lumme", "Kissa", "Robotti", "Lohikäärme"),
    seconds=("ja kadonnut lapanen", "muuttaa kaupunkiin", "etsii ystävää", "kirjastossa", "oppii uimaan",
             "eksyy metsään", "ja ison meren salaisuus", "leipoo kakun", "nukkumaan", "lähtee kouluun"),
    subjects=(("kuvakirjat", "lastenkirjallisuus"), ("sadut",), ("lastenkirjallisuus",)),
)  # fmt: skip
FICTION_SV = Shelf(
    language="swe",
    firsts=("Den sista", "En tyst", "Den blå", "En annan", "Den glömda", "En liten", "Nattens", "Vinterns", "Havets"),
    seconds=("hamnen", "bron", "sommaren", "trädgården", "sången", "resan", "ön", "porten", "stranden", "lampan",
             "kartan"),
    subjects=(("romaanit",), ("rikoskirjallisuus",), ("novellit",)),
)  # fmt: skip
FICTION_EN = Shelf(
    language="eng",
    firsts=("The Last", "A Quiet", "The Blue", "The Forgotten", "Another", "A Northern", "The Borrowed", "Winter's"),
    seconds=("Harbour", "Bridge", "Summer", "Garden", "Song", "Letter", "Island", "Gate", "Lamp", "Map", "Tower"),
    subjects=(("romaanit",), ("fantasiakirjallisuus",), ("elämäkerrat",)),
)  # fmt: skip
OTHERS = (
    Shelf(language="rus", firsts=("Последний", "Тихий", "Северный"), seconds=("мост", "сад", "остров", "берег"),
          subjects=(("romaanit",),)),
    Shelf(language="est", firsts=("Viimane", "Vaikne", "Sinine"), seconds=("sild", "aed", "saar", "kiri"),
          subjects=(("romaanit",),)),
    Shelf(language="ara", firsts=("آخر", "بيت"), seconds=("جسر", "بحر", "كتاب"), subjects=(("romaanit",),)),
    Shelf(language="som", firsts=("Guriga", "Jidka"), seconds=("badda", "cad", "cusub"), subjects=(("sadut",),)),
    Shelf(language="ukr", firsts=("Останній", "Тихий"), seconds=("міст", "сад", "лист"), subjects=(("romaanit",),)),
)  # fmt: skip

GAMES = ("Saaren valtias", "Kirjastokissat", "Ratikkareitti", "Pimeä luola", "Sanasampo", "Torin kauppiaat", "Lumisota",
         "Meren aarre", "Tähtipölyä", "Vihreä kaupunki", "Numeronnäpäys", "Kaksi siltaa")  # fmt: skip

# What is lent under the names of things.json: one thing's titles. What is missing here has its own name.
THING_TITLES: dict[str, tuple[str, ...]] = {
    "Roskapihdit": ("Roskapihdit",), "Sähkönkulutusmittarit": ("Sähkönkulutusmittari",),
    "Ompelukoneet": ("Ompelukone", "Ompelukone : matkamalli"), "Ulkopelit": ("Mölkky", "Petankkikuulat", "Kroketti"),
    "Liikuntavälineet": ("Sählymailat", "Jumppapallo", "Lentopallo"), "Nokkakärryt": ("Nokkakärryt",),
    "Soittimet": ("Kitara", "Ukulele : sopraano", "Kahon", "Kantele", "Kosketinsoitin", "Djembe", "Melodika"),
    "Radonmittarit": ("Radonmittari",), "Kävelysauvat": ("Kävelysauvat",),
    "Kuntoiluvälineet": ("Kahvakuula", "Vastuskuminauha"), "Ukulele": ("Ukulele", "Ukulele : tenori"),
    "Verenpainemittarit": ("Verenpainemittari",), "Työkalut": ("Työkalupakki", "Ruuvinväännin",
    "Vasara ja talttasarja"),
    "Poravasarat": ("Poravasara",), "Kosteusmittarit": ("Kosteusmittari",),
    "Porakoneet": ("Porakone", "Porakone : akkukäyttöinen"), "Pintalämpömittarit": ("Pintalämpömittari",),
    "Pelit": ("Pihapelisetti",), "Kirkasvalolamput": ("Kirkasvalolamppu",), "Kausikortit": ("Uimahallin kausikortti",),
    "Lumikengät": ("Lumikengät",), "Infrapunalämpömittarit": ("Infrapunalämpömittari",),
    "Desibelimittarit": ("Desibelimittari",), "A-tikkaat": ("A-tikkaat",), "Rollaattorit": ("Rollaattori",),
    "Radiokuulosuojaimet": ("Radiokuulosuojaimet",), "Pyörätuolit": ("Pyörätuoli",), "Kuormapyörät": ("Kuormapyörä",),
    "Kaukoputket": ("Kaukoputki",), "Iskuporakoneet": ("Iskuporakone",), "Frisbee kiekot": ("Frisbeegolfkiekot",),
}  # fmt: skip
NOT_RECORDS = frozenset({"Lautapelit", "Pelikonsolit"})  # in the catalogue as games, or not at all
EVERYWHERE = ("Kallio", "Oodi", "Vallila")  # the made city's extra: a drill, a sewing machine and a ukulele here too
EXTRA_THINGS = ("Porakoneet", "Ompelukoneet", "Ukulele")
