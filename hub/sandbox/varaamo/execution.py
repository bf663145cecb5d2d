"""The upstream's schema, executed over rows: what each field gives to somebody who is not logged in."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from zoneinfo import ZoneInfo

import msgspec
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    InlineFragmentNode,
    NoSchemaIntrospectionCustomRule,
    SelectionSetNode,
    build_schema,
    execute_sync,
    get_named_type,
    is_object_type,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.executor_throwing_on_incremental import ExecutorThrowingOnIncremental

from hub.sandbox.standin import Now
from hub.sandbox.varaamo.lists import LANGS, NAME_FILTERS, Args, Row, Test, connection, kept

Info: TypeAlias = GraphQLResolveInfo[Any]
Resolver: TypeAlias = Callable[[Any, Info, Args], Any]

HELSINKI = ZoneInfo("Europe/Helsinki")
JOINS = {"units": 12, "unit": 12, "reservationUnits": 30, "reservationUnit": 30, "reservations": 39}
OTHER_JOINS = 10
VISIBLE = {"PUBLISHED", "SCHEDULED_HIDING"}
RESERVABLE = {
    "reservableDateStart",
    "reservableDateEnd",
    "reservableTimeStart",
    "reservableTimeEnd",
    "reservableMinimumDurationMinutes",
    "showOnlyReservable",
    "calculateFirstReservableTime",
}
DENIED_FIELDS = {
    ("ReservationUnitNode", "cancellationRule"),
    ("ReservationUnitNode", "paymentMerchant"),
    ("ReservationUnitNode", "paymentProduct"),
    ("ReservationUnitNode", "haukiUrl"),
    ("UnitNode", "paymentMerchant"),
}
DENIED_NODES = {("Query", "unitGroups"), ("UnitNode", "unitGroups")}
EMPTY = {"applicationRounds", "termsOfUse", "bannerNotifications", "reservationPurposes", "ageGroups"}
CALCULATED = {"firstReservableDatetime", "isClosed", "effectiveAccessType"}
# all that a reservation tells to somebody without login; the rest is null, without an error
OPEN_TO_ALL = {
    "pk",
    "state",
    "beginsAt",
    "endsAt",
    "bufferTimeBefore",
    "bufferTimeAfter",
    "isBlocked",
    "affectedReservationUnits",
}
UNIT_DEFAULTS: Row = {"tprekId": None, "webPage": "", "email": "", "phone": "", "addressZip": ""}
ROOM_DEFAULTS: Row = {
    "rank": 0,
    "contactInformation": "",
    "searchTerms": [],
    "bufferTimeBefore": 0,
    "bufferTimeAfter": 0,
    "isDraft": False,
    "isArchived": False,
    "requireAdultReservee": False,
    "requireReservationHandling": False,
    "reservationBlockWholeDay": False,
    "canApplyFreeOfCharge": False,
    "authentication": "WEAK",
    "reservationStartInterval": "INTERVAL_30_MINUTES",
    "reservationKind": "DIRECT",
    "reservationForm": "CONTACT_INFO_FORM",
    "publishingState": "PUBLISHED",
    "reservationState": "RESERVABLE",
    "currentAccessType": "UNRESTRICTED",
    "numActiveUserReservations": 0,
    "calculatedSurfaceArea": 0,
    "reservationUnitType": None,
    "intendedUses": [],
    "equipments": [],
    "spaces": [],
    "resources": [],
    "images": [],
    "pricings": [],
    "applicationRounds": [],
    "applicationRoundTimeSlots": [],
    "accessTypes": [],
}


class Past(Protocol):
    """Rows of long ago that are made when somebody asks for them, in place of being held. `before`: hours of earlier
    days are here alone; of reservations, whatever the rows do not hold.
    """

    before: date

    def reservations(self, rooms: Iterable[int], first: date | None, last: date | None) -> list[Row]: ...

    def spans(self, room: int, first: date, last: date) -> list[tuple[datetime, datetime]]: ...


class Rows(msgspec.Struct, kw_only=True):
    """`unit` of a reservation unit and `reservationUnit` of a reservation are pks, everything else is embedded.

    `spans`: booking hours by reservation unit, in order; None, or no entry: it has no source of opening hours.
    """

    units: list[Row]
    reservation_units: list[Row]
    types: list[Row]
    intended_uses: list[Row]
    equipments: list[Row]
    reservations: list[Row]
    spans: dict[int, list[tuple[datetime, datetime]] | None]
    past: Past | None = None


class Varaamo:
    """The rows, and what each field of the schema does with them. A field that is not named here is the row's own."""

    def __init__(self, rows: Rows, now: Now) -> None:
        self.rows = rows
        self.now = now
        self.units = {unit["pk"]: UNIT_DEFAULTS | unit for unit in rows.units}
        self.rooms = {room["pk"]: ROOM_DEFAULTS | room for room in rows.reservation_units}
        for room in self.rooms.values():
            room["spaces"] = [{"code": "", "unit": room["unit"]} | space for space in room["spaces"]]
            room["resources"] = [{"locationType": "FIXED"} | resource for resource in room["resources"]]
        self.taken = sorted((_Taken.of(row) for row in rows.reservations), key=lambda taken: taken.begins)
        self.taken_by_room: dict[int, list[_Taken]] = {}
        for taken in self.taken:
            for pk in taken.affected:
                self.taken_by_room.setdefault(pk, []).append(taken)
        self.resolvers = self._resolvers()
        self.room_filters = self._room_filters()
        self.unit_filters = self._unit_filters()

    def answer(self, query: str, variables: Mapping[str, Any] | None, operation: str | None) -> ExecutionResult:
        try:
            document = _document(query)
        except GraphQLError as error:
            return ExecutionResult(data=None, errors=[error])
        if isinstance(document, tuple):
            return ExecutionResult(data=None, errors=list(document))
        return execute_sync(
            _schema(),
            document,
            root_value={},
            variable_values=dict(variables) if variables else None,
            operation_name=operation,
            field_resolver=self._field,
            hide_suggestions=True,
            executor_class=_Executor,
        )

    def rooms_of(self, tprek: str) -> list[Row]:
        return [
            room
            for _, room in sorted(self.rooms.items())
            if room["publishingState"] in VISIBLE and self.units[room["unit"]]["tprekId"] == tprek
        ]

    # fields

    def _field(self, source: Any, info: Info, **args: Any) -> Any:
        owner, name = info.parent_type.name, info.field_name
        if owner == "Query":
            _limit_joins(info)
        if owner == "Mutation":
            raise _denied("No permission to mutate.", "MUTATION_PERMISSION_DENIED")
        if (owner, name) in DENIED_FIELDS:
            raise _denied("No permission to access field.", "FIELD_PERMISSION_DENIED")
        if (owner, name) in DENIED_NODES:
            raise _denied("No permission to access node.", "FILTER_PERMISSION_DENIED")
        if resolver := self.resolvers.get((owner, name)):
            return resolver(source, info, args)
        if owner == "Query":
            if name in EMPTY:
                return connection([], args)
            raise _denied("No permission to access node.", "NODE_PERMISSION_DENIED")
        if name == "id":
            return _global_id(owner, source["pk"])
        if owner == "ReservationNode" and name not in OPEN_TO_ALL:
            return None
        return source.get(name)

    def _resolvers(self) -> dict[tuple[str, str], Resolver]:
        rows = self.rows
        room, unit, reservation = "ReservationUnitNode", "UnitNode", "ReservationNode"
        nested: dict[tuple[str, str], Resolver] = {
            (room, name): partial(self._embedded, name)
            for name in ("intendedUses", "equipments", "spaces", "resources", "accessTypes")
        }
        return (
            nested
            | {
                ("Query", "units"): lambda _, __, args: connection(self._units(args), args),
                ("Query", "unitsAll"): lambda _, __, args: self._units(args),
                ("Query", "unit"): lambda _, __, args: self.units.get(_pk(args["id"], unit)),
                ("Query", "reservationUnits"): lambda _, __, args: connection(self._rooms(args), args),
                ("Query", "reservationUnitsAll"): lambda _, __, args: self._rooms(args),
                ("Query", "reservationUnit"): lambda _, __, args: self._not_archived(_pk(args["id"], room)),
                ("Query", "reservationUnitTypes"): self._list(rows.types),
                ("Query", "intendedUses"): self._list(rows.intended_uses),
                ("Query", "equipments"): self._list(rows.equipments),
                ("Query", "equipmentsAll"): lambda _, __, args: kept(rows.equipments, args, NAME_FILTERS),
                ("Query", "equipmentCategories"): self._list([row["category"] for row in rows.equipments]),
                ("Query", "spaces"): self._list(self._all("spaces")),
                ("Query", "resources"): self._list(self._all("resources")),
                ("Query", "reservations"): lambda _, __, args: connection(self._reservations(args), args),
                ("Query", "affectingReservations"): lambda _, __, args: self._affecting(args),
                ("Query", "currentUser"): lambda _, __, ___: None,
                (unit, "reservationUnits"): lambda source, _, args: self._rooms(args, self._in_unit(source["pk"])),
                (unit, "spaces"): lambda source, _, args: kept(
                    [space for space in self._all("spaces") if space["unit"] == source["pk"]], args, NAME_FILTERS
                ),
                (room, "unit"): lambda source, _, __: self.units.get(source["unit"]),
                (room, "pricings"): lambda source, _, __: self._pricings(source),
                (room, "reservableTimeSpans"): lambda source, _, args: self._spans(source, args),
                (room, "reservations"): lambda source, _, args: self._reservations(
                    {**args, "reservationUnits": [source["pk"]]}
                ),
                ("SpaceNode", "unit"): lambda source, _, __: self.units.get(source["unit"]),
                (reservation, "reservationUnit"): lambda source, _, __: self.rooms.get(source["reservationUnit"]),
                (reservation, "extUuid"): lambda source, _, __: str(uuid.uuid5(uuid.NAMESPACE_OID, str(source["pk"]))),
            }
            | {(room, name): partial(_calculated, name) for name in CALCULATED}
        )

    def _list(self, rows: Iterable[Row]) -> Resolver:
        unique = list({row["pk"]: row for row in rows}.values())
        return lambda _, __, args: connection(kept(unique, args, NAME_FILTERS), args)

    def _all(self, name: str) -> Iterator[Row]:
        return (row for room in self.rooms.values() for row in room[name])

    def _embedded(self, name: str, source: Row, _: Info, args: Args) -> list[Row]:
        return kept(source[name], args, NAME_FILTERS)

    def _in_unit(self, pk: int) -> list[Row]:
        return [room for room in self.rooms.values() if room["unit"] == pk]

    def _not_archived(self, pk: int) -> Row | None:
        room = self.rooms.get(pk)
        return room if room and room["publishingState"] != "ARCHIVED" else None

    def _today(self) -> date:
        return self.now().astimezone(HELSINKI).date()

    def _pricings(self, room: Row) -> list[Row]:
        """The one in force and those to come; what is over is not shown."""
        today = self._today().isoformat()
        ordered: list[Row] = sorted(room["pricings"], key=lambda pricing: str(pricing["begins"]))
        begun = [pricing for pricing in ordered if pricing["begins"] <= today]
        return begun[-1:] + ordered[len(begun) :]

    def _spans(self, room: Row, args: Args) -> list[Row] | None:
        """Whole spans that overlap the days asked, in Helsinki time."""
        spans = self.rows.spans.get(room["pk"])
        if spans is None:
            return None
        past = self.rows.past
        if past is not None and args["startDate"] <= past.before:
            spans = [*past.spans(room["pk"], args["startDate"], args["endDate"]), *spans]
        return [
            {"startDatetime": _in_helsinki(start), "endDatetime": _in_helsinki(end)}
            for start, end in _overlapping(spans, args["startDate"], args["endDate"])
        ]

    # lists

    def _units(self, args: Args) -> list[Row]:
        return kept(self.units.values(), args, self.unit_filters)

    def _unit_filters(self) -> dict[str, Test]:
        def has(test: Callable[[Row], bool]) -> set[int]:
            shown = (room for room in self.rooms.values() if room["publishingState"] in VISIBLE)
            return {room["unit"] for room in shown if test(room)}

        published = has(lambda room: "unit" in room)
        direct = has(lambda room: room["reservationKind"] != "SEASON")
        seasonal = has(lambda room: room["reservationKind"] != "DIRECT")
        return NAME_FILTERS | {
            "unit": lambda unit, pks: unit["pk"] in pks,
            "publishedReservationUnits": lambda unit, wanted: (unit["pk"] in published) == wanted,
            "onlyDirectBookable": lambda unit, wanted: not wanted or unit["pk"] in direct,
            "onlySeasonalBookable": lambda unit, wanted: not wanted or unit["pk"] in seasonal,
        }

    def _rooms(self, args: Args, rooms: Iterable[Row] | None = None) -> list[Row]:
        """Drafts too, unless `isVisible` says otherwise; never what is archived."""
        shown = [room for room in self.rooms.values() if room["publishingState"] != "ARCHIVED"]
        if rooms is not None:
            shown = [room for room in rooms if room["publishingState"] != "ARCHIVED"]
        plain_args = {name: value for name, value in args.items() if name not in RESERVABLE}
        chosen = kept(shown, plain_args, self.room_filters, order={
            "unitNameFi": lambda room: self.units[room["unit"]].get("nameFi"),
            "unitNameSv": lambda room: self.units[room["unit"]].get("nameSv"),
            "unitNameEn": lambda room: self.units[room["unit"]].get("nameEn"),
            "typeFi": lambda room: (room["reservationUnitType"] or {}).get("nameFi"),
            "typeSv": lambda room: (room["reservationUnitType"] or {}).get("nameSv"),
            "typeEn": lambda room: (room["reservationUnitType"] or {}).get("nameEn"),
            "typeRank": lambda room: (room["reservationUnitType"] or {}).get("rank"),
        })  # fmt: skip
        if not (args.get("calculateFirstReservableTime") or args.get("showOnlyReservable")):
            return chosen
        start = args.get("reservableDateStart") or self._today()
        if start < self._today():
            raise GraphQLError("'reservable_date_start' must be not be in the past.")
        calculated = [room | self._first_free(room, start, args) for room in chosen]
        if args.get("showOnlyReservable"):
            return [room for room in calculated if room["firstReservableDatetime"]]
        return calculated

    def _room_filters(self) -> dict[str, Test]:
        def of_type(room: Row) -> int | None:
            return room["reservationUnitType"]["pk"] if room["reservationUnitType"] else None

        def pks(room: Row, name: str) -> set[int]:
            return {row["pk"] for row in room[name]}

        def says(room: Row, words: str) -> bool:
            named = [room, self.units[room["unit"]], room["reservationUnitType"] or {}]
            texts = [row.get(f"{part}{lang}") for row in named for part in ("name", "description") for lang in LANGS]
            return words.casefold() in " ".join([*room["searchTerms"], *(text or "" for text in texts)]).casefold()

        def at_least(name: str) -> Test:
            return lambda room, least: room.get(name) is not None and room[name] >= least

        def at_most(name: str) -> Test:
            return lambda room, most: room.get(name) is not None and room[name] <= most

        numbers = {"minPersons": "minPersons", "maxPersons": "maxPersons", "surfaceArea": "surfaceArea", "rank": "rank"}
        return (
            NAME_FILTERS
            | {f"{word}Gte": at_least(name) for word, name in numbers.items()}
            | {f"{word}Lte": at_most(name) for word, name in numbers.items()}
            | {
                "uuid": lambda room, wanted: room.get("extUuid") == str(wanted),
                "tprekId": lambda room, wanted: self.units[room["unit"]]["tprekId"] == wanted,
                "unit": lambda room, wanted: room["unit"] in wanted,
                "reservationUnitType": lambda room, wanted: of_type(room) in wanted,
                "personsAllowed": lambda room, people: (
                    (room.get("minPersons") or 0) <= people <= (room.get("maxPersons") or people)
                ),
                "textSearch": says,
                "intendedUses": lambda room, wanted: bool(pks(room, "intendedUses") & set(wanted)),
                "equipments": lambda room, wanted: set(wanted) <= pks(room, "equipments"),
                "isDraft": lambda room, wanted: room["isDraft"] == wanted,
                "isVisible": lambda room, wanted: (room["publishingState"] in VISIBLE) == wanted,
                "reservationKind": lambda room, wanted: room["reservationKind"] in {wanted, "DIRECT_AND_SEASON"},
                "publishingState": lambda room, wanted: room["publishingState"] in wanted,
                "reservationState": lambda room, wanted: room["reservationState"] in wanted,
                "accessType": lambda room, wanted: room["currentAccessType"] in wanted,
            }
        )

    def _reservations(self, args: Args, among: Iterable[_Taken] | None = None) -> list[Row]:
        wanted = _inside(self.taken if among is None else among, args.get("beginDate"), args.get("endDate"))
        rest = {name: value for name, value in args.items() if name not in {"beginDate", "endDate"}}
        return kept((taken.row for taken in wanted), rest, self._reservation_filters())

    def _reservation_filters(self) -> dict[str, Test]:
        return {
            "pk": lambda row, pks: row["pk"] in pks,
            "state": lambda row, states: row["state"] in states,
            "reservationUnits": lambda row, pks: row["reservationUnit"] in pks,
            "unit": lambda row, pks: self.rooms[row["reservationUnit"]]["unit"] in pks,
        }

    def _affecting(self, args: Args) -> list[Row]:
        """All that blocks the rooms asked about; without any, the whole city's. Never what was cancelled or denied."""
        rooms = set(args.get("forReservationUnits") or ())
        units = set(args.get("forUnits") or ())
        everyone = not rooms and not units
        rooms |= {room["pk"] for room in self.rooms.values() if room["unit"] in units}
        rest = {name: value for name, value in args.items() if name not in {"forReservationUnits", "forUnits"}}
        there = {taken.row["pk"]: taken for pk in rooms for taken in self.taken_by_room.get(pk, ())}
        among: Iterable[_Taken] = self.taken if everyone else there.values()
        if self.rows.past is not None:
            earlier = self.rows.past.reservations(
                self.rooms if everyone else rooms, args.get("beginDate"), args.get("endDate")
            )
            among = [*(_Taken.of(row) for row in earlier), *among]
        return [row for row in self._reservations(rest, among) if row["state"] not in {"CANCELLED", "DENIED"}]

    def _first_free(self, room: Row, start: date, args: Args) -> Row:
        """The first start on the grid that leaves room for the shortest wanted booking, inside the hours wanted and
        before the last of the days in advance is over.
        """
        spans = self.rows.spans.get(room["pk"]) or []
        end = args.get("reservableDateEnd") or start + timedelta(days=730)
        open_spans = list(_overlapping(spans, start, end))
        from_, until = args.get("reservableTimeStart") or time.min, args.get("reservableTimeEnd")
        minutes = args.get("reservableMinimumDurationMinutes") or 15
        step = timedelta(minutes=int(room["reservationStartInterval"].split("_")[1]))
        length = max(timedelta(minutes=minutes), timedelta(seconds=room.get("minReservationDuration") or 0), step)
        longest = timedelta(seconds=room.get("maxReservationDuration") or 10**9) // step * step
        now = self.now().astimezone(HELSINKI)
        earliest, latest = _in_advance(room, now)
        buffers = timedelta(seconds=room["bufferTimeBefore"]), timedelta(seconds=room["bufferTimeAfter"])
        taken = [
            one for one in self.taken_by_room.get(room["pk"], ()) if one.row["state"] not in {"CANCELLED", "DENIED"}
        ]
        first = None
        for opens, closes in open_spans if length <= longest else ():
            moment = opens
            while first is None and moment + length <= min(closes, latest):
                here, there = moment.astimezone(HELSINKI), (moment + length).astimezone(HELSINKI)
                last = datetime.combine(here.date(), until, HELSINKI) if until else there
                if (
                    moment >= earliest
                    and start <= here.date() <= end
                    and from_ <= here.time()
                    and there <= last
                    and not any(one.clashes(moment, moment + length, buffers) for one in taken)
                ):
                    first = moment
                moment += step
        return {
            "firstReservableDatetime": first.astimezone(UTC).isoformat() if first else None,
            "isClosed": not open_spans,
            "effectiveAccessType": room["currentAccessType"],
        }


def _is_pk_of_room(node: FieldNode) -> bool:
    if node.name.value != "reservationUnit" or node.selection_set is None:
        return False
    (first, *more) = node.selection_set.selections
    return not more and isinstance(first, FieldNode) and first.name.value == "pk" and first.alias is None


class _Executor(ExecutorThrowingOnIncremental):
    """A year of reservations is some two hundred thousand rows of plain values: they are read off at once."""

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        if parent_type.name == "ReservationNode":
            nodes = {response: details[0].node for response, details in grouped_field_set.items()}
            if all(node.name.value in OPEN_TO_ALL or _is_pk_of_room(node) for node in nodes.values()):
                row: Row = source_value
                return {
                    response: {"pk": row["reservationUnit"]} if node.selection_set else row.get(node.name.value)
                    for response, node in nodes.items()
                }
        return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)


class _Taken(msgspec.Struct, frozen=True):
    """A reservation with its times read once."""

    row: Row
    begins: datetime
    ends: datetime
    affected: frozenset[int]

    @classmethod
    def of(cls, row: Row) -> _Taken:
        begins, ends = datetime.fromisoformat(row["beginsAt"]), datetime.fromisoformat(row["endsAt"])
        return cls(row, begins, ends, frozenset(row["affectedReservationUnits"]))

    def clashes(self, start: datetime, end: datetime, buffers: tuple[timedelta, timedelta]) -> bool:
        if self.row["isBlocked"]:
            return start < self.ends and end > self.begins
        before, after = (timedelta(seconds=self.row[name]) for name in ("bufferTimeBefore", "bufferTimeAfter"))
        blocked = start < self.ends + after and end > self.begins - before
        return blocked or (start - buffers[0] < self.ends and end + buffers[1] > self.begins)


def _inside(many: Iterable[_Taken], first: date | None, last: date | None) -> Iterator[_Taken]:
    start = datetime.combine(first or date(1, 1, 2), time.min, HELSINKI).astimezone(UTC)
    end = datetime.combine(last or date(9999, 12, 30), time(23, 59, 59), HELSINKI).astimezone(UTC)
    return (taken for taken in many if taken.ends >= start and taken.begins <= end)


def _in_advance(room: Row, now: datetime) -> tuple[datetime, datetime]:
    """Between which moments a booking lies, by the days in advance: from a local midnight, to this time of the clock.
    In UTC, where two moments of one zone compare by what they are.
    """
    least, most = room.get("reservationsMinDaysBefore"), room.get("reservationsMaxDaysBefore")
    midnight = datetime.combine(now.date(), time.min, HELSINKI)
    earliest = max(now.astimezone(UTC), (midnight + timedelta(days=least)).astimezone(UTC)) if least else now
    return earliest.astimezone(UTC), (now + timedelta(days=most or 730)).astimezone(UTC)


def _global_id(type_name: str, pk: int) -> str:
    return base64.b64encode(f"{type_name}:{pk}".encode()).decode()


def _pk(global_id: str, type_name: str) -> int:
    try:
        given, _, pk = base64.b64decode(global_id, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        given, pk = "", ""
    if not pk.isdigit():
        raise GraphQLError(f'Unable to parse global ID "{global_id[:40]}".')
    if given != type_name:
        raise GraphQLError(f"Must receive a {type_name} id.")
    return int(pk)


def _calculated(name: str, source: Row, _: Info, __: Args) -> Any:
    if name not in source:
        raise GraphQLError(
            f"Unexpected error: '{name}' should have been calculated but wasn't. "
            "Did you forget to set `calculateFirstReservableTime:true`?",
            extensions={"code": "RESERVATION_UNIT_FIRST_RESERVABLE_DATETIME_NOT_CALCULATED"},
        )
    return source[name]


def _denied(message: str, code: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


def _overlapping(
    spans: Iterable[tuple[datetime, datetime]], first: date, last: date
) -> Iterator[tuple[datetime, datetime]]:
    start = datetime.combine(first, time.min, HELSINKI)
    end = datetime.combine(last + timedelta(days=1), time.min, HELSINKI)
    return ((opens, closes) for opens, closes in spans if opens < end and closes > start)


def _in_helsinki(moment: datetime) -> str:
    return moment.astimezone(HELSINKI).isoformat()


def _limit_joins(info: Info) -> None:
    """The upstream counts the tables that it must join: here, the selected fields that lead to another node."""
    most = JOINS.get(info.field_name, OTHER_JOINS)
    field = info.parent_type.fields[info.field_name]
    joins = sum(_joins(info, get_named_type(field.type), node.selection_set) for node in info.field_nodes)
    if joins > most:
        raise GraphQLError(f"Query complexity exceeds the maximum allowed of {most}")


def _joins(info: Info, type_: Any, selections: SelectionSetNode | None) -> int:
    if selections is None or not is_object_type(type_):
        return 0
    count = 0
    for selected in selections.selections:
        if isinstance(selected, FragmentSpreadNode):
            count += _joins(info, type_, info.fragments[selected.name.value].selection_set)
        elif isinstance(selected, InlineFragmentNode):
            count += _joins(info, type_, selected.selection_set)
        elif isinstance(selected, FieldNode) and (field := type_.fields.get(selected.name.value)):
            below = get_named_type(field.type)
            joined = type_.name.endswith("Node") and below.name.endswith("Node")
            count += int(joined) + _joins(info, below, selected.selection_set)
    return count


@lru_cache(maxsize=64)
def _document(query: str) -> DocumentNode | tuple[GraphQLError, ...]:
    """The query parsed, or what is wrong with it. GraphQLError where it does not even parse."""
    document = parse(query)
    rules = [*specified_rules, NoSchemaIntrospectionCustomRule]
    return tuple(validate(_schema(), document, rules, hide_suggestions=True)) or document


@cache
def _schema() -> GraphQLSchema:
    schema = build_schema(Path(__file__).with_name("schema.graphql").read_text("utf-8"), assume_valid=True)
    readers: dict[str, Callable[[str], Any]] = {"Date": date.fromisoformat, "Time": time.fromisoformat}
    for name, read in readers.items():
        scalar = schema.type_map[name]
        assert isinstance(scalar, GraphQLScalarType)
        read_scalar = partial(_read_scalar, name, read)
        scalar.coerce_input_value = read_scalar  # of variables
        scalar.parse_value = read_scalar  # type: ignore[method-assign]  # of literals: graphql-core calls this one
    return schema


def _read_scalar(name: str, read: Callable[[str], Any], value: Any) -> Any:
    try:
        return read(value)
    except (TypeError, ValueError) as error:
        raise GraphQLError(f"{name} cannot represent value: {value!r}") from error
