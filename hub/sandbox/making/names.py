"""Names of parts of the city as they stand in names of places: "Kallion nuorisotila", "Berghälls ungdomsgård"."""

from __future__ import annotations

from hub.sandbox.city import Text

MADE = Text(fi="Tekaistu esimerkki.", sv="Påhittat exempel.", en="Made-up example.")

# Finnish names bend; these are too few and too irregular for a rule.
GENITIVES = {
    "Kruununhaka": "Kruununhaan", "Kluuvi": "Kluuvin", "Kaartinkaupunki": "Kaartinkaupungin", "Kamppi": "Kampin",
    "Punavuori": "Punavuoren", "Eira": "Eiran", "Ullanlinna": "Ullanlinnan", "Katajanokka": "Katajanokan",
    "Kaivopuisto": "Kaivopuiston", "Sörnäinen": "Sörnäisten", "Kallio": "Kallion", "Alppiharju": "Alppiharjun",
    "Etu-Töölö": "Etu-Töölön", "Taka-Töölö": "Taka-Töölön", "Meilahti": "Meilahden", "Ruskeasuo": "Ruskeasuon",
    "Pasila": "Pasilan", "Laakso": "Laakson", "Mustikkamaa-Korkeasaari": "Mustikkamaan",
    "Länsisatama": "Länsisataman", "Hermanni": "Hermannin", "Vallila": "Vallilan", "Toukola": "Toukolan",
    "Kumpula": "Kumpulan", "Käpylä": "Käpylän", "Koskela": "Koskelan", "Vanhakaupunki": "Vanhankaupungin",
    "Oulunkylä": "Oulunkylän", "Haaga": "Haagan", "Munkkiniemi": "Munkkiniemen", "Lauttasaari": "Lauttasaaren",
    "Konala": "Konalan", "Kaarela": "Kaarelan", "Pakila": "Pakilan", "Tuomarinkylä": "Tuomarinkylän",
    "Viikki": "Viikin", "Pukinmäki": "Pukinmäen", "Malmi": "Malmin", "Tapaninkylä": "Tapaninkylän",
    "Suutarila": "Suutarilan", "Suurmetsä": "Suurmetsän", "Kulosaari": "Kulosaaren", "Herttoniemi": "Herttoniemen",
    "Tammisalo": "Tammisalon", "Vartiokylä": "Vartiokylän", "Pitäjänmäki": "Pitäjänmäen",
    "Mellunkylä": "Mellunkylän", "Vartiosaari": "Vartiosaaren", "Laajasalo": "Laajasalon", "Villinki": "Villingin",
    "Santahamina": "Santahaminan", "Suomenlinna": "Suomenlinnan", "Ulkosaaret": "Ulkosaarten",
    "Vuosaari": "Vuosaaren", "Östersundom": "Östersundomin", "Salmenkallio": "Salmenkallion",
    "Talosaari": "Talosaaren", "Karhusaari": "Karhusaaren", "Ultuna": "Ultunan",
}  # fmt: skip


def finnish_genitive(name: str) -> str:
    return GENITIVES[name]


def swedish_genitive(name: str) -> str:
    """As place names do: "Böle bibliotek", "Berghälls bibliotek", "Sveaborgs bibliotek"."""
    return name if name[-1] in "aeiouyåäösxz" else f"{name}s"


def labelled(text: Text) -> Text:
    """The text with a sentence that says that it is made, in each language that it has."""

    def with_label(own: str | None, label: str | None) -> str | None:
        return f"{own} {label}" if own is not None else None

    return Text(fi=with_label(text.fi, MADE.fi), sv=with_label(text.sv, MADE.sv), en=with_label(text.en, MADE.en))


def labelled_html(text: Text) -> Text:
    """The same as HTML paragraphs."""

    def paragraphs(own: str | None, label: str | None) -> str | None:
        return f"<p>{own}</p><p>{label}</p>" if own is not None else None

    return Text(fi=paragraphs(text.fi, MADE.fi), sv=paragraphs(text.sv, MADE.sv), en=paragraphs(text.en, MADE.en))


def in_languages(text: Text, languages: str) -> Text:
    """Only the named ones ("fi en"): the gaps of real data."""
    kept = languages.split()
    return Text(**{language: own for language, own in text.map().items() if language in kept})
