"""Operations to begin with: shown by `/graphiql` and `hub demo`, held to the schema by a test."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec


class Example(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    query: str
    variables: dict[str, Any]


SOURCES = """{
  sources {
    name
    title { text }
    state
    collections { kind records dropped confirmedAt progress }
  }
}"""

TOGETHER = """query Neighbourhood($district: String!, $from: DateTime!, $to: DateTime!) {
  district(name: $district) {
    name { text }
    libraries: places(filter: { kinds: [LIBRARY] }, first: 3) {
      nodes {
        name { text }
        isOpen
        spaces(filter: { freeDuring: { from: $from, to: $to } }, first: 5) {
          nodes { name { text } capacity bookingUrl }
        }
      }
    }
    events(filter: { startsAfter: $from, startsBefore: $to }, first: 5) {
      nodes { name { text } startsAt place { name { text } } provenance { source { name } fetchedAt isStale } }
      answers { source { name } state message }
    }
    budgetProjects(first: 5) { nodes { title { text } budgetCents isSelected } }
  }
  catalogue(filter: { text: "porakone", formats: [OBJECT] }, first: 3) {
    nodes { title { text } format url }
    answers { source { name } state }
  }
}"""

ROOMS = """query FreeRooms($from: DateTime!, $to: DateTime!) {
  spaces(
    filter: {
      near: { lat: 60.17397, lon: 24.938158, withinMetres: 3000 }
      freeDuring: { from: $from, to: $to, minutes: 60 }
      people: 4
    }
    sort: DISTANCE
    first: 10
  ) {
    nodes { name { text } capacity place { name { text } } availability(from: $from, to: $to) { startsAt endsAt } }
    answers { source { name } state message }
  }
}"""

EVENTS = """query Events($from: DateTime!, $to: DateTime!) {
  events(filter: { overlaps: { from: $from, to: $to }, isFree: true }, first: 10) {
    totalCount
    nodes { id name { text language } startsAt place { name { text } } organiser { name { text } } }
    pageInfo { hasNextPage endCursor }
    answers { source { name } state fetchedAt message }
  }
}"""

BUDGETING = """{
  budgetingProcesses(first: 3) {
    nodes {
      title { text }
      phase { title { text } endsAt }
      budgets {
        area { name { text } }
        totalCents
        projects(first: 3) { totalCount nodes { title { text } isSelected } }
      }
    }
  }
}"""


def examples(now: datetime) -> list[Example]:
    """The coming week counts from `now`, which is aware."""
    begins = now.replace(microsecond=0).isoformat()
    week = {"from": begins, "to": (now.replace(microsecond=0) + timedelta(days=7)).isoformat()}
    return [
        Example(title="A neighbourhood: rooms, events, budgeting, things to borrow", query=TOGETHER,
                variables={"district": "Kallio", **week}),
        Example(title="Rooms that are free near Oodi this week", query=ROOMS, variables=week),
        Example(title="Free events of this week", query=EVENTS, variables=week),
        Example(title="Rounds of participatory budgeting", query=BUDGETING, variables={}),
        Example(title="The sources and how they do", query=SOURCES, variables={}),
    ]  # fmt: skip
