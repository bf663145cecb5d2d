"""The parts of a round that hold something of ours, and what their rows have in common."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from hub.connectors import decidim_wire as wire
from hub.connectors import moments
from hub.connectors.decidim_values import SHORT, plain_text, point_of
from hub.connectors.markup import plain
from hub.fetch import Ask, Source
from hub.records.core import Instant, LocalizedText, Ref
from hub.records.participation import Proposal, ProposalStage

HOLDS = {
    "Budgets": "budgets",
    "Ideas": "ideas",
    "Plans": "plans",
    "Proposals": "proposals",
    "Accountability": "results",
}
STAGES = {"Ideas": ProposalStage.IDEA, "Plans": ProposalStage.PLAN, "Proposals": ProposalStage.PROPOSAL}
LINKS = {  # a linked thing's type: our kind, and what stands before its id in our key
    "Idea": ("proposal", "idea:"),
    "Plan": ("proposal", "plan:"),
    "Proposal": ("proposal", "proposal:"),
    "Project": ("budget_project", ""),
    "Result": ("result", ""),
}


def ref_of(source: Source, kind: str, key: str | None) -> Ref | None:
    return source.ref(kind, key) if key is not None else None


class Part(msgspec.Struct, frozen=True):
    """A component as its key names it."""

    process: str
    type: str
    id: str

    @classmethod
    def of(cls, ask: Ask) -> Part:
        (key,) = ask.keys
        return cls(*key.split(":"))

    @property
    def key(self) -> str:
        return f"{self.process}:{self.type}:{self.id}"

    def variables(self, first: int, after: str | None) -> dict[str, object]:
        return {"process": self.process, "component": self.id, "first": first, "after": after}


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """Where the rows of a page stand: the component, its round, and the time of reading."""

    source: Source
    part: Part
    read_at: Instant
    slug: str | None
    steps: Sequence[wire.Step | None] = ()

    @property
    def process(self) -> Ref:
        return self.source.ref("budgeting_process", self.part.process)

    def url(self, *path: str) -> str | None:
        """The page for people, by Decidim's routes; None where the round's own address is not known."""
        if self.slug is None:
            return None
        return "/".join([f"{self.source.url}processes/{quote(self.slug, safe='')}/f/{self.part.id}", *path])

    def area(self, scope: wire.Id | None) -> Ref | None:
        return ref_of(self.source, "budgeting_area", scope.id if scope is not None else None)

    def linked(self, links: Sequence[wire.Link | None] | None) -> tuple[Ref, ...]:
        """In the order given, each once; a thing of a type that we don't keep is left out."""
        known = [(LINKS[link.type], link.id) for link in links or () if link is not None and link.type in LINKS]
        return tuple(dict.fromkeys(self.source.ref(kind, before + id_) for (kind, before), id_ in known))

    def proposal(
        self,
        row: wire.Idea | wire.Plan | wire.Proposal,
        *,
        title: LocalizedText | None,
        body: LocalizedText | None,
        area: Ref | None,
        location: wire.Spot | None,
        address: str | None,
        supports: int | None,
        linked: tuple[Ref, ...] = (),
    ) -> Proposal:
        """What ideas, plans and proposals have in common; the rest is told by the caller."""
        stage = STAGES[self.part.type]
        return Proposal(
            ref=self.source.ref("proposal", f"{stage.lower()}:{row.id}"),
            read_at=self.read_at,
            modified_at=moments.instant(row.updated_at),
            created_at=moments.instant(row.created_at),
            url=self.url(HOLDS[self.part.type], row.id),
            stage=stage,
            title=title,
            body=body,
            reference=plain(row.reference, SHORT),
            state=plain(row.state, SHORT),
            process=self.process,
            area=area,
            category=plain_text(row.category.name) if row.category else None,
            location=point_of(location),
            address=plain(address, SHORT),
            supports=supports,
            linked=linked,
        )
