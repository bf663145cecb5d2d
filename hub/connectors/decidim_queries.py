"""The queries that the Decidim connector sends, and how they shrink to what a version of Decidim knows.

Nothing in them asks for a person: no author, no comment, no vote of anyone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

AREAS = "query HubScopes { scopeTypes { scopes { ...Scope children { ...Scope } } } }"
PROCESSES = 'query HubProcesses { participatoryProcesses(order: { id: "asc" }) { ...Process } }'

# One field a line: a line is what is left out when a version lacks its field.
FRAGMENTS = """
fragment T on TranslatedField {
  translations { locale text }
}
fragment Scope on Scope {
  id
  name { ...T }
}
fragment Category on Category {
  id
  name { ...T }
}
fragment Step on ParticipatoryProcessStep {
  position
  active
  startDate
  endDate
  title { ...T }
}
fragment Process on ParticipatoryProcess {
  id
  slug
  title { ...T }
  shortDescription { ...T }
  startDate
  endDate
  updatedAt
  steps { ...Step }
  participatoryProcessGroup { id }
  components { __typename id name { ...T } }
}
fragment Around on ParticipatoryProcess {
  id
  slug
  steps { ...Step }
}
fragment Budget on Budget {
  id
  title { ...T }
  description { ...T }
  totalBudget: total_budget
  scope { ...Scope }
  updatedAt
}
fragment BudgetWithProjects on Budget {
  id
  scope { ...Scope }
  projects { ...Project }
}
fragment Project on Project {
  id
  reference
  title { ...T }
  summary { ...T }
  description { ...T }
  budgetAmount
  selected
  createdAt
  updatedAt
  category { ...Category }
  scope { ...Scope }
  linkedResources { __typename ...IdeaLink ...PlanLink ...ProposalLink }
}
fragment Idea on Idea {
  id
  reference
  ideaTitle: title
  ideaBody: body
  state
  address
  coordinates { latitude longitude }
  areaScope { ...Scope }
  category { ...Category }
  favoriteCount
  createdAt
  updatedAt
}
fragment Plan on Plan {
  id
  title { ...T }
  state
  category { ...Category }
  scope { ...Scope }
  favoriteCount
  createdAt
  updatedAt
  values { __typename ...PlanText ...PlanPoint ...PlanArea }
  linkedResources { __typename ...IdeaLink ...ProposalLink ...ProjectLink ...ResultLink }
}
fragment PlanText on PlanTextFieldContent {
  section { handle }
  text: value { ...T }
}
fragment PlanPoint on PlanMapPointFieldContent {
  point: value { address latitude longitude }
}
fragment PlanArea on PlanAreaScopeFieldContent {
  areaScope: value { ...Scope }
}
fragment Proposal on Proposal {
  id
  reference
  title { ...T }
  body { ...T }
  state
  address
  coordinates { latitude longitude }
  category { ...Category }
  scope { ...Scope }
  createdAt
  updatedAt
}
fragment Result on Result {
  id
  reference
  title { ...T }
  summary { ...T }
  description { ...T }
  startDate
  endDate
  progress
  parent { id }
  status { ...Status }
  timelineEntries { ...TimelineEntry }
  category { ...Category }
  scope { ...Scope }
  locations { latitude longitude }
  linkedResources { __typename ...ProjectLink ...PlanLink ...ProposalLink ...IdeaLink }
  createdAt
  updatedAt
}
fragment Status on Status {
  key
  name { ...T }
}
fragment TimelineEntry on TimelineEntry {
  entryDate
  endDate
  title { ...T }
  description { ...T }
}
fragment IdeaLink on Idea {
  id
}
fragment PlanLink on Plan {
  id
}
fragment ProposalLink on Proposal {
  id
}
fragment ProjectLink on Project {
  id
}
fragment ResultLink on Result {
  id
}
"""
FRAGMENT = re.compile(r"^fragment (\w+) on (\w+) \{\n(.*?)\n\}$", re.DOTALL | re.MULTILINE)
FIELD = re.compile(r"\s*(?:\w+:\s*)?(\w+)")
SPREAD = re.compile(r"\s*\.\.\.(?!on\b)(\w+)")


def listing(component: str, held: str, fragment: str, *, ordered: bool) -> str:
    """The list that a component holds, with what is around it: the process gives the address and the phases."""
    order = ', order: { id: "asc" }' if ordered else ""
    return (
        f"query Hub{fragment}($process: ID!, $component: ID!, $first: Int!, $after: String) {{\n"
        "  participatoryProcess(id: $process) { ...Around }\n"
        "  component(id: $component) {\n"
        f"    __typename\n    ... on {component} {{\n"
        f"      {held}(first: $first, after: $after{order}) {{\n"
        f"        pageInfo {{ hasNextPage endCursor }}\n        edges {{ node {{ ...{fragment} }} }}\n"
        "      }\n    }\n  }\n}"
    )


def document(query: str, absent: Iterable[tuple[str, str]] = ()) -> str:
    """`query` with the fragments that it reaches, without the fields of `absent`: (type, field), or (type, "") for a
    type that the upstream does not know at all.
    """
    lacking = frozenset(absent)
    known = {
        name: (on, [line for line in body.split("\n") if (on, field_of(line)) not in lacking])
        for name, on, body in FRAGMENT.findall(FRAGMENTS)
        if (on, "") not in lacking
    }

    def without_unknown(text: str) -> str:
        return SPREAD.sub(lambda spread: spread[0] if spread[1] in known else "", text)

    reached: dict[str, str] = {}
    waiting = SPREAD.findall(query)
    while waiting:
        name = waiting.pop()
        if name in reached or name not in known:
            continue
        on, lines = known[name]
        reached[name] = f"fragment {name} on {on} {{\n" + without_unknown("\n".join(lines)) + "\n}"
        waiting += SPREAD.findall(reached[name])
    return "\n".join([without_unknown(query), *(reached[name] for name in sorted(reached))])


def field_of(line: str) -> str:
    named = FIELD.match(line)
    return named[1] if named else ""
