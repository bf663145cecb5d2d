"""What people call parts of the city that no register calls so; `areas.py` finds areas by it, after all other names.

By the Finnish name, folded: forms of speech, a part that the area holds (Hakaniemi), or the old whole of which it is
one (Töölö is two neighbourhoods now: the answer says which it gives).
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.records.core import Language

SPOKEN: Mapping[str, tuple[tuple[Language, str], ...]] = {
    "arabianranta": (("fi", "arabia"), ("sv", "arabia")),
    "etu töölö": (("fi", "töölö"), ("sv", "tölö")),
    "herttoniemi": (("fi", "hertsika"),),
    "itäkeskus": (("fi", "itis"),),
    "jätkäsaari": (("fi", "jätkä"),),
    "kannelmäki": (("fi", "kantsu"),),
    "kruununhaka": (("fi", "kruunuhaka"), ("fi", "krunikka")),
    "lauttasaari": (("fi", "lauttis"),),
    "munkkiniemi": (("fi", "munkka"),),
    "oulunkylä": (("fi", "ogeli"),),
    "pihlajamäki": (("fi", "pihlis"),),
    "punavuori": (("fi", "rööperi"),),
    "siltasaari": (("fi", "hakaniemi"), ("sv", "hagnäs")),
    "sörnäinen": (("fi", "sörkkä"), ("fi", "sörkka")),
}
