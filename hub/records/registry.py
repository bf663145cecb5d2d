"""Every kind of record, by the word that stands in references and in the index."""

from __future__ import annotations

from hub.records.catalogue import CatalogueRecord
from hub.records.civic import Decision, Hearing, HearingComments, HearingSection
from hub.records.climate import ClimateAction, ClimateIndicator, ClimateTasks
from hub.records.core import Record
from hub.records.events import Event, Keyword, KeywordSet, Organisation, Registration
from hub.records.participation import (
    Budget,
    BudgetingArea,
    BudgetingProcess,
    BudgetProject,
    Component,
    Proposal,
    Result,
)
from hub.records.places import Area, Library, OpeningDay, Place, Service
from hub.records.spaces import BookingHours, BusyTimes, Space
from hub.records.themes import Theme
from hub.records.use import SpaceUse

RECORD_TYPES: tuple[type[Record], ...] = (
    Area,
    Place,
    Service,
    Library,
    OpeningDay,
    Space,
    BookingHours,
    BusyTimes,
    SpaceUse,
    Event,
    Keyword,
    KeywordSet,
    Organisation,
    Registration,
    CatalogueRecord,
    BudgetingProcess,
    Component,
    BudgetingArea,
    Budget,
    BudgetProject,
    Proposal,
    Result,
    Hearing,
    HearingSection,
    HearingComments,
    Decision,
    ClimateAction,
    ClimateTasks,
    ClimateIndicator,
    Theme,
)
BY_KIND: dict[str, type[Record]] = {record.kind: record for record in RECORD_TYPES}
