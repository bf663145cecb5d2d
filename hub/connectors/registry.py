"""The word in the configuration and the class behind it: the one file that imports every connector.

A new upstream adds its import and its line, in the order of the alphabet.
"""

from __future__ import annotations

from hub.connectors.decidim import Decidim
from hub.connectors.decisions import Decisions
from hub.connectors.finna import Finna
from hub.connectors.hauki import Hauki
from hub.connectors.icalendar import ICalendar
from hub.connectors.jsonld import JsonLd
from hub.connectors.kausal import Kausal
from hub.connectors.kerrokantasi import Kerrokantasi
from hub.connectors.kirkanta import Kirkanta
from hub.connectors.koha import Koha
from hub.connectors.linkedevents import LinkedEvents
from hub.connectors.openahjo import OpenAhjo
from hub.connectors.respa import Respa
from hub.connectors.rpde import Rpde
from hub.connectors.rss import Rss
from hub.connectors.servicemap import Servicemap
from hub.connectors.sierra import Sierra
from hub.connectors.tribe import Tribe
from hub.connectors.varaamo import Varaamo
from hub.connectors.volunteering import Volunteering
from hub.fetch import Connector

CONNECTORS: dict[str, type[Connector]] = {
    "decidim": Decidim,
    "decisions": Decisions,
    "finna": Finna,
    "hauki": Hauki,
    "icalendar": ICalendar,
    "jsonld": JsonLd,
    "kausal": Kausal,
    "kerrokantasi": Kerrokantasi,
    "kirkanta": Kirkanta,
    "koha": Koha,
    "linkedevents": LinkedEvents,
    "openahjo": OpenAhjo,
    "respa": Respa,
    "rpde": Rpde,
    "rss": Rss,
    "servicemap": Servicemap,
    "sierra": Sierra,
    "tribe": Tribe,
    "varaamo": Varaamo,
    "volunteering": Volunteering,
}
