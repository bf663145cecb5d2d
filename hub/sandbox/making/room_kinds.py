"""What can be booked in the made city: kinds of rooms and devices with their rules, in Varaamo's own words."""

from __future__ import annotations

from typing import Literal

import msgspec

from hub.sandbox.city import Text

MEETING_ROOM = Text(fi="Kokoustila", sv="Mötesrum", en="Meeting room")
GROUP_ROOM = Text(fi="Ryhmätyötila", sv="Grupparbetsrum", en="Group work space")
STUDIO = Text(fi="Studio", sv="Studio", en="Studio")
EQUIPMENT = Text(fi="Laitteet ja välineet", sv="Utrustning och redskap", en="Equipment")
MULTIPURPOSE = Text(fi="Monitoimitila", sv="Multirum", en="Multipurpose space")
SPORTS = Text(fi="Sisäliikuntatila", sv="Inomhusidrottslokal", en="Indoor sports space")
TEACHING = Text(fi="Opetustila", sv="Undervisningslokal", en="Teaching space")
WORKSTATION = Text(fi="Työpiste", sv="Arbetsplats", en="Workstation")

MEET = Text(fi="Pidä kokous", sv="Håll möte", en="Hold a meeting")
PARTY = Text(fi="Löydä juhlatila", sv="Hitta festlokal", en="Find a party venue")
EVENT = Text(fi="Järjestä tapahtuma", sv="Arrangera evenemang", en="Organise an event")
HOBBY = Text(fi="Harrasta yhdessä", sv="Utöva hobbyer tillsammans", en="Engage in hobbies together")
EXERCISE = Text(fi="Liiku ja rentoudu", sv="Motionera och koppla av", en="Exercise and relax")
PLAY = Text(fi="Pelaa digitaalisesti", sv="Spela digitalt", en="Play digital games")
WORK = Text(fi="Työskentele yksin tai ryhmässä", sv="Arbeta enskilt eller i grupp", en="Work alone or in a group")
MUSIC = Text(fi="Tee musiikkia tai äänitä", sv="Gör musik eller spela in", en="Make music or record")
DEVICES = Text(fi="Käytä laitteita", sv="Använd utrustning", en="Use equipment")

PROJECTOR = Text(fi="Videotykki", sv="Videoprojektor", en="Video projector")
WHITEBOARD = Text(fi="Valkotaulu", sv="Whiteboardtavla", en="Whiteboard")
SEWING_MACHINE = Text(fi="Ompelukone", sv="Symaskin", en="Sewing machine")
PRINTER_3D = Text(fi="3D-tulostin", sv="3D-skrivare", en="3D printer")
SCREEN = Text(fi="Näyttö", sv="Skärm", en="Screen")
PIANO = Text(fi="Piano", sv="Piano", en="Piano")
DRUMS = Text(fi="Rummut", sv="Trummor", en="Drums")
MIRRORS = Text(fi="Peiliseinä", sv="Spegelvägg", en="Mirror wall")
KITCHEN = Text(fi="Keittiö", sv="Kök", en="Kitchen")

FREE = (0, 0)


class RoomKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of thing to book. Lengths in minutes, buffers in seconds, prices in cents."""

    slug: str
    type_name: Text
    names: tuple[Text, ...]  # one of them is the room's own name
    text: Text
    people: tuple[int, int]
    area: tuple[int, int] | None = None
    equipment: tuple[Text, ...] = ()
    purposes: tuple[Text, ...]
    prices: tuple[tuple[int, int], ...] = (FREE,)
    price_unit: str = "PER_HOUR"
    lengths: tuple[int, int] = (60, 240)
    interval: int = 30
    buffers: tuple[int, int] = (0, 0)
    days_before: tuple[int | None, int | None] = (0, 30)
    kind: Literal["room", "equipment"] = "room"
    popularity: float = 0.4  # share of the free starts at which a booking begins
    halves: bool = False  # a hall whose two halves can be booked too
    by_the_day: float = 0.0  # share of the rooms of which a booking takes the whole day


def _trees(fi: str, sv: str, en: str) -> tuple[Text, ...]:
    own = (("Koivu", "Björk", "Birch"), ("Tammi", "Ek", "Oak"), ("Pihlaja", "Rönn", "Rowan"), ("Leppä", "Al", "Alder"))
    return tuple(Text(fi=f"{fi} {a}", sv=f"{sv} {b}", en=f"{en} {c}") for a, b, c in own)


KINDS: dict[str, RoomKind] = {
    kind.slug: kind
    for kind in (
        RoomKind(
            slug="meeting", type_name=MEETING_ROOM, names=_trees("Kokoushuone", "Mötesrum", "Meeting room"),
            text=Text(fi="Kokouksiin ja pieniin tilaisuuksiin.", sv="För möten och små tillställningar.",
                      en="For meetings and small gatherings."),
            people=(6, 16), area=(14, 40), equipment=(PROJECTOR, WHITEBOARD, SCREEN), purposes=(MEET, WORK),
            popularity=0.35,
        ),
        RoomKind(
            slug="group", type_name=GROUP_ROOM, names=_trees("Ryhmähuone", "Grupprum", "Group room"),
            text=Text(fi="Yhdessä opiskeluun ja työhön.", sv="För studier och arbete tillsammans.",
                      en="For studying and working together."),
            people=(2, 8), area=(8, 20), equipment=(WHITEBOARD, SCREEN), purposes=(WORK, MEET),
            lengths=(30, 180), popularity=0.45,
        ),
        RoomKind(
            slug="workstation", type_name=WORKSTATION,
            names=(Text(fi="Mediatyöasema", sv="Mediearbetsstation", en="Media workstation"),
                   Text(fi="Hiljainen työpiste", sv="Tyst arbetsplats", en="Quiet workstation")),
            text=Text(fi="Yhdelle.", sv="För en.", en="For one."),
            people=(1, 1), area=None, purposes=(WORK,), lengths=(30, 240), popularity=0.4,
        ),
        RoomKind(
            slug="studio", type_name=STUDIO,
            names=(Text(fi="Soittohuone", sv="Spelrum", en="Music room"),
                   Text(fi="Äänistudio", sv="Ljudstudio", en="Sound studio")),
            text=Text(fi="Soittamiseen ja äänittämiseen.", sv="För att spela och spela in.",
                      en="For playing and recording."),
            people=(2, 6), area=(10, 30), equipment=(PIANO, DRUMS), purposes=(MUSIC, HOBBY),
            lengths=(60, 180), buffers=(0, 900), popularity=0.5,
        ),
        RoomKind(
            slug="sewing", type_name=EQUIPMENT, kind="equipment",
            names=(Text(fi="Ompelukone", sv="Symaskin", en="Sewing machine"),
                   Text(fi="Saumuri", sv="Overlockmaskin", en="Overlocker")),
            text=Text(fi="Käytetään kirjastossa.", sv="Används på biblioteket.", en="For use in the library."),
            people=(1, 1), equipment=(SEWING_MACHINE,), purposes=(DEVICES,), lengths=(30, 180), popularity=0.35,
        ),
        RoomKind(
            slug="printer", type_name=EQUIPMENT, kind="equipment",
            names=(Text(fi="3D-tulostin", sv="3D-skrivare", en="3D printer"),
                   Text(fi="Vinyylileikkuri", sv="Vinylskärare", en="Vinyl cutter")),
            text=Text(fi="Ensikertalaista opastetaan.", sv="Nybörjare får hjälp.", en="Newcomers are shown how."),
            people=(1, 2), equipment=(PRINTER_3D,), purposes=(DEVICES,), lengths=(60, 240), buffers=(0, 900),
            popularity=0.5,
        ),
        RoomKind(
            slug="console", type_name=EQUIPMENT, kind="equipment",
            names=(Text(fi="Pelikonsoli", sv="Spelkonsol", en="Game console"),),
            text=Text(fi="Pelaamiseen yhdessä.", sv="För att spela tillsammans.", en="For playing together."),
            people=(1, 4), purposes=(PLAY,), lengths=(30, 120), popularity=0.5,
        ),
        RoomKind(
            slug="multi", type_name=MULTIPURPOSE,
            names=(Text(fi="Sali", sv="Sal", en="Hall"), Text(fi="Juhlasali", sv="Festsal", en="Banquet hall")),
            text=Text(fi="Esityksiin, juhliin ja kokouksiin.", sv="För föreställningar, fester och möten.",
                      en="For performances, parties and meetings."),
            people=(40, 120), area=(80, 220), equipment=(PROJECTOR, PIANO, KITCHEN), purposes=(EVENT, PARTY, MEET),
            prices=((2500, 6000), (3000, 3000), FREE), lengths=(60, 480), buffers=(1800, 1800),
            days_before=(2, 180), popularity=0.2, halves=True,
        ),
        RoomKind(
            slug="club", type_name=MULTIPURPOSE,
            names=(Text(fi="Kerhohuone", sv="Klubbrum", en="Club room"), Text(fi="Olohuone", sv="Vardagsrum")),
            text=Text(fi="Kerhoille ja yhdistyksille.", sv="För klubbar och föreningar.",
                      en="For clubs and associations."),
            people=(10, 30), area=(25, 60), equipment=(KITCHEN, SCREEN), purposes=(HOBBY, MEET),
            prices=(FREE, (500, 1000)), lengths=(60, 240), days_before=(1, 90), popularity=0.3,
            by_the_day=0.25,
        ),
        RoomKind(
            slug="teaching", type_name=TEACHING,
            names=(Text(fi="Luokka 1", sv="Klassrum 1", en="Classroom 1"), Text(fi="Atk-luokka", sv="Datasal")),
            text=Text(fi="Opetukseen ja kursseille.", sv="För undervisning och kurser.",
                      en="For teaching and courses."),
            people=(15, 30), area=(40, 70), equipment=(PROJECTOR, WHITEBOARD), purposes=(WORK, EVENT),
            prices=((1500, 1500), (0, 2000)), days_before=(1, 60), popularity=0.3,
        ),
        RoomKind(
            slug="court", type_name=SPORTS,
            names=(Text(fi="Liikuntasali", sv="Idrottssal", en="Sports hall"),),
            text=Text(fi="Palloilulle ja voimistelulle.", sv="För bollspel och gymnastik.",
                      en="For ball games and gymnastics."),
            people=(20, 60), area=(200, 600), purposes=(EXERCISE,), prices=((1200, 4000),), lengths=(60, 180),
            interval=60, buffers=(0, 600), days_before=(0, 60), popularity=0.5, halves=True,
        ),
        RoomKind(
            slug="dance", type_name=SPORTS,
            names=(Text(fi="Peilisali", sv="Spegelsal", en="Mirror hall"), Text(fi="Pieni sali", sv="Lilla salen")),
            text=Text(fi="Tanssille ja joogalle.", sv="För dans och yoga.", en="For dance and yoga."),
            people=(10, 25), area=(60, 120), equipment=(MIRRORS,), purposes=(EXERCISE, HOBBY),
            prices=((800, 1500), FREE), lengths=(60, 120), interval=60, popularity=0.4,
        ),
    )
}  # fmt: skip

# What a place has, by its kind; the first library list is for Oodi, the next for big branches, the rest by turns.
OODI = ("meeting", "meeting", "group", "group", "group", "group", "studio", "studio", "workstation", "workstation",
        "sewing", "sewing", "printer", "printer", "printer", "console", "club")  # fmt: skip
BIG_LIBRARY = ("meeting", "group", "group", "studio", "sewing", "workstation", "console")
LIBRARIES = (
    ("meeting", "group", "workstation"),
    ("meeting", "group", "sewing"),
    ("meeting", "studio", "console"),
    ("meeting", "group"),
)
OTHERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "youth": (("club", "studio", "console"), ("club", "dance", "studio", "console")),
    "culture": (("multi", "club", "teaching"), ("multi", "meeting", "dance")),
    "sport": (("court", "dance"), ("court",)),
    "education": (("teaching", "teaching", "multi"), ("teaching", "dance")),
    "other": (("club", "meeting"), ("club",)),
}
