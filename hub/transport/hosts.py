"""What a source keeps to, and what those of one host keep to together: a pace and a number of places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from hub.fetch import Source
from hub.transport.bulkhead import Places
from hub.transport.pace import Tempo


class Manners:
    """`per_minute`: requests; None: any number. `concurrent`: at a time."""

    def __init__(self, per_minute: int | None, concurrent: int) -> None:
        self.tempo = Tempo(per_minute)
        self.places = Places(concurrent)


def manners_of(sources: Iterable[Source]) -> Mapping[str, Manners]:
    """By the source's id. Feeds of one host have them in common: the strictest of their figures, since the host may
    have set it for the first and knows nothing of the others. Ports and schemes do not tell hosts apart.
    """
    made: dict[str, Manners] = {}
    hosts: dict[str, list[Source]] = {}
    for source in sources:
        if source.is_feed:
            hosts.setdefault((urlsplit(source.url).hostname or "").rstrip("."), []).append(source)
        else:
            made[source.id] = Manners(source.per_minute, source.concurrent)
    for together in hosts.values():
        paces = [source.per_minute for source in together if source.per_minute is not None]
        shared = Manners(min(paces, default=None), min(source.concurrent for source in together))
        made.update((source.id, shared) for source in together)
    return made
