"""The enums of the graph, with a sentence for every value. The values themselves are the records' own."""

from __future__ import annotations

from enum import Enum
from typing import Any, cast

import strawberry

from hub.domain.availability import AvailabilityState
from hub.domain.feeds import FeedOutcome
from hub.domain.utilisation import UseGap
from hub.index.events import EventSort
from hub.index.participation import AreaMatch
from hub.index.places import PlaceSort
from hub.index.spaces import SpaceSort
from hub.records.catalogue import Format
from hub.records.events import EventStatus, EventType, KeywordUsage
from hub.records.participation import ProposalStage
from hub.records.places import AreaKind, PlaceKind
from hub.records.spaces import SpaceKind


class Weekday(Enum):
    """By their ISO numbers."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


def _described(of: type[Enum], description: str, values: dict[Enum, str]) -> None:
    strawberry.enum(of, description=description)
    definition = cast("Any", of).__strawberry_definition__
    for value in definition.values:
        value.description = values[of(value.value)]


_described(
    PlaceKind,
    "What a place is, as far as its sources tell; it may be several.",
    {
        PlaceKind.LIBRARY: "A library with an address.",
        PlaceKind.MOBILE_LIBRARY: "A library on wheels.",
        PlaceKind.YOUTH: "A youth centre or house.",
        PlaceKind.CULTURE: "A museum, theatre, concert hall or cultural centre.",
        PlaceKind.SPORT: "A sports hall, field, gym or swimming place.",
        PlaceKind.EDUCATION: "A school, day care centre or adult education centre.",
        PlaceKind.HEALTH: "A health or social services centre.",
        PlaceKind.SERVICE_POINT: "A counter of the city or the state.",
        PlaceKind.OTHER: "Something else, or not told.",
    },
)
_described(
    AreaKind,
    "The city's nested divisions.",
    {
        AreaKind.SUB_DISTRICT: "osa-alue: what people often call their part of town.",
        AreaKind.NEIGHBOURHOOD: "kaupunginosa.",
        AreaKind.DISTRICT: "peruspiiri.",
        AreaKind.MAJOR_DISTRICT: "suurpiiri: one of eight.",
    },
)
_described(
    PlaceSort,
    "In which order places come.",
    {
        PlaceSort.NAME: "By name, å ä ö last.",
        PlaceSort.DISTANCE: "Nearest first; needs `filter: { near }`.",
    },
)
_described(
    SpaceKind,
    "What one books.",
    {
        SpaceKind.ROOM: "Something to be in.",
        SpaceKind.EQUIPMENT: "Something to use: a 3D printer, a sewing machine.",
        SpaceKind.OTHER: "Something else, or not told.",
    },
)
_described(
    SpaceSort,
    "In which order spaces come.",
    {
        SpaceSort.NAME: "By name, å ä ö last.",
        SpaceSort.DISTANCE: "Nearest first; needs `filter: { near }`.",
        SpaceSort.CAPACITY: "The smallest first; those whose size is not told last.",
    },
)
_described(
    AvailabilityState,
    "Whether the coming free times of a space are known at all.",
    {
        AvailabilityState.KNOWN: "They are known.",
        AvailabilityState.UNKNOWN: "Its source gives none, or they are not here yet: it is not free, but might be.",
    },
)
_described(
    EventStatus,
    "Whether an event takes place as planned.",
    {
        EventStatus.SCHEDULED: "As planned, or nothing else told.",
        EventStatus.CANCELLED: "It does not take place. Kept, so that those who planned to come see it.",
        EventStatus.POSTPONED: "It will take place later; when, is not known.",
        EventStatus.RESCHEDULED: "It was moved to the time shown.",
        EventStatus.MOVED_ONLINE: "It takes place on the internet instead.",
        EventStatus.TENTATIVE: "It may take place.",
    },
)
_described(
    EventType,
    "What one does there.",
    {
        EventType.GENERAL: "Come.",
        EventType.COURSE: "Enrol and attend.",
        EventType.VOLUNTEERING: "Come and help.",
    },
)
_described(
    KeywordUsage,
    "What the keywords of a set are there for.",
    {
        KeywordUsage.ANY: "For subjects and audiences.",
        KeywordUsage.KEYWORD: "For what an event is about.",
        KeywordUsage.AUDIENCE: "For whom an event is.",
    },
)
_described(
    EventSort,
    "In which order events come.",
    {
        EventSort.STARTS_AT: "The earliest start first; those whose time is not known last.",
        EventSort.NAME: "By name, å ä ö last.",
        EventSort.MODIFIED_AT: "The last changed first.",
        EventSort.DISTANCE: "Nearest first, of one house what begins first; needs `filter: { near }`.",
    },
)
_described(
    Format,
    "What a catalogue record is.",
    {
        Format.BOOK: "A printed book.",
        Format.EBOOK: "A book to read on a device.",
        Format.AUDIOBOOK: "A book to listen to.",
        Format.MUSIC: "Recorded music.",
        Format.VIDEO: "A film or series.",
        Format.JOURNAL: "A newspaper or magazine.",
        Format.MAP: "A map.",
        Format.SHEET_MUSIC: "Notes to play from.",
        Format.BOARD_GAME: "A game for the table.",
        Format.VIDEO_GAME: "A game for a console or computer.",
        Format.OBJECT: "A thing to borrow: a drill, a sewing machine, a ukulele.",
        Format.OTHER: "Something else, or not told.",
    },
)
_described(
    ProposalStage,
    "How far an idea was worked out.",
    {
        ProposalStage.IDEA: "As a resident sent it in.",
        ProposalStage.PLAN: "Worked out together with the city.",
        ProposalStage.PROPOSAL: "In rounds that have one stage only.",
    },
)
_described(
    FeedOutcome,
    "How the last reading of a feed ended.",
    {
        FeedOutcome.OK: "All of it was read.",
        FeedOutcome.PARTIAL: "Something was dropped, mended or guessed at: see `droppedRows` and `remarks`.",
        FeedOutcome.FAILED: "It could not be reached or read. The events that were last read are still shown.",
        FeedOutcome.GONE: "By its server's word it is no more (410): it is asked again after a restart, or a week. The"
        " events that were last read are still shown.",
        FeedOutcome.WAITING: "It was not read yet, or is switched off.",
    },
)
_described(
    AreaMatch,
    "How sure it is that a record belongs to a part of the city.",
    {
        AreaMatch.INSIDE: "It has a point that lies inside.",
        AreaMatch.WIDER: "It is known only for a larger area that holds this one.",
    },
)
_described(
    Weekday,
    "A day of the week, on Helsinki's calendar.",
    {day: f"{day.name.title()}." for day in Weekday},
)
_described(
    UseGap,
    "Why a use rate is not known, or not for all of the time.",
    {
        UseGap.NO_SPACES: "There is nothing to book.",
        UseGap.HOURS_NOT_GIVEN: "The booking system gives no booking hours for a space, or for a part of the time.",
        UseGap.NOT_HARVESTED: "Some of the time was not read: it lies before what is kept (366 days) or after what is"
        " known ahead (two to four weeks), or the first reading is under way.",
        UseGap.NEVER_BOOKABLE: "It is known, and there was no bookable minute in it: closed all the time.",
    },
)
