"""The queries that the Varaamo connector sends.

Nothing in them asks for a person: of a reservation only when something is taken.
"""

from __future__ import annotations

UNIT_FIELDS = """fragment HubUnitFields on UnitNode {
  pk tprekId nameFi nameSv nameEn
  shortDescriptionFi shortDescriptionSv shortDescriptionEn descriptionFi descriptionSv descriptionEn
  webPage email phone
  addressStreetFi addressStreetSv addressStreetEn addressZip addressCityFi
}"""
UNITS = f"""query HubUnits($first: Int!, $after: String) {{
  units(publishedReservationUnits: true, first: $first, after: $after, orderBy: [pkAsc]) {{
    totalCount pageInfo {{ hasNextPage endCursor }} edges {{ node {{ ...HubUnitFields }} }}
  }}
}}
{UNIT_FIELDS}"""
UNIT = f"query HubUnit($id: ID!) {{ unit(id: $id) {{ ...HubUnitFields }} }}\n{UNIT_FIELDS}"

SPACE_FIELDS = """fragment HubReservationUnitFields on ReservationUnitNode {
  pk nameFi nameSv nameEn descriptionFi descriptionSv descriptionEn
  surfaceArea minPersons maxPersons
  minReservationDuration maxReservationDuration bufferTimeBefore bufferTimeAfter reservationStartInterval
  reservationsMinDaysBefore reservationsMaxDaysBefore reservationBeginsAt reservationEndsAt
  requireReservationHandling reservationBlockWholeDay
  reservationKind publishingState reservationState currentAccessType
  unit { pk }
  reservationUnitType { pk nameFi nameSv nameEn }
  intendedUses(orderBy: [rankAsc]) { nameFi nameSv nameEn }
  equipments(orderBy: [nameFiAsc]) { nameFi nameSv nameEn }
  spaces { pk }
  resources { pk }
  images { imageType imageUrl largeUrl }
  pricings { begins priceUnit lowestPrice highestPrice }
}"""
RESERVATION_UNITS = f"""query HubReservationUnits($first: Int!, $after: String) {{
  reservationUnits(isVisible: true, first: $first, after: $after, orderBy: [pkAsc]) {{
    totalCount pageInfo {{ hasNextPage endCursor }} edges {{ node {{ ...HubReservationUnitFields }} }}
  }}
}}
{SPACE_FIELDS}"""
RESERVATION_UNIT = f"""query HubReservationUnit($id: ID!) {{
  reservationUnit(id: $id) {{ ...HubReservationUnitFields }}
}}
{SPACE_FIELDS}"""

TIME_SPANS = """query HubReservableTimeSpans($pk: [Int]!, $first: Int!, $startDate: Date!, $endDate: Date!) {
  reservationUnits(pk: $pk, isVisible: true, first: $first, orderBy: [pkAsc]) {
    edges { node { pk reservableTimeSpans(startDate: $startDate, endDate: $endDate) { startDatetime endDatetime } } }
  }
}"""
# no pk, no name, nobody: when something is taken is all that is asked of a reservation
AFFECTING = """query HubBusyTimes($reservationUnits: [Int]!, $beginDate: Date!, $endDate: Date!) {
  affectingReservations(
    forReservationUnits: $reservationUnits, beginDate: $beginDate, endDate: $endDate
    state: [CREATED, CONFIRMED, REQUIRES_HANDLING, WAITING_FOR_PAYMENT], orderBy: [beginsAtAsc]
  ) {
    state beginsAt endsAt bufferTimeBefore bufferTimeAfter isBlocked affectedReservationUnits reservationUnit { pk }
  }
}"""
