"""The stand-ins by name: from a made city to an app. A new one adds its import and its line here and in `bases.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from starlette.applications import Starlette

from hub.sandbox.city import City
from hub.sandbox.decidim import made as decidim
from hub.sandbox.decidim.standin import app as decidim_app
from hub.sandbox.decisions import made as decisions
from hub.sandbox.decisions.standin import app as decisions_app
from hub.sandbox.finna import made as finna
from hub.sandbox.finna.standin import app as finna_app
from hub.sandbox.hauki import made as hauki
from hub.sandbox.hauki.standin import app as hauki_app
from hub.sandbox.icalendar import made as icalendar
from hub.sandbox.icalendar.standin import app as icalendar_app
from hub.sandbox.jsonld import made as jsonld
from hub.sandbox.jsonld.standin import app as jsonld_app
from hub.sandbox.kausal import made as kausal
from hub.sandbox.kausal.standin import app as kausal_app
from hub.sandbox.kerrokantasi import made as kerrokantasi
from hub.sandbox.kerrokantasi.standin import app as kerrokantasi_app
from hub.sandbox.kirkanta import made as kirkanta
from hub.sandbox.kirkanta.standin import app as kirkanta_app
from hub.sandbox.koha import made as koha
from hub.sandbox.koha.standin import app as koha_app
from hub.sandbox.linkedevents import made as linkedevents
from hub.sandbox.linkedevents.standin import app as linkedevents_app
from hub.sandbox.openahjo import made as openahjo
from hub.sandbox.openahjo.standin import app as openahjo_app
from hub.sandbox.respa import made as respa
from hub.sandbox.respa.standin import app as respa_app
from hub.sandbox.rss import made as rss
from hub.sandbox.rss.standin import app as rss_app
from hub.sandbox.servicemap import made as servicemap
from hub.sandbox.servicemap.standin import app as servicemap_app
from hub.sandbox.sierra import made as sierra
from hub.sandbox.sierra.standin import app as sierra_app
from hub.sandbox.standin import Now
from hub.sandbox.tribe import made as tribe
from hub.sandbox.tribe.standin import app as tribe_app
from hub.sandbox.varaamo import made as varaamo
from hub.sandbox.varaamo.standin import app as varaamo_app
from hub.sandbox.volunteering import made as volunteering
from hub.sandbox.volunteering.standin import app as volunteering_app

StandIn: TypeAlias = Callable[[City, Now], Starlette]

STANDINS: Mapping[str, StandIn] = {
    "servicemap": lambda city, now: servicemap_app(servicemap.made(city), now),
    "kirkanta": lambda city, now: kirkanta_app(kirkanta.made(city), now),
    "varaamo": lambda city, now: varaamo_app(varaamo.made(city), now),
    "finna": lambda city, now: finna_app(finna.made(city), now),
    "decidim": lambda city, now: decidim_app(decidim.made(city), now),
    "linkedevents": lambda city, now: linkedevents_app(linkedevents.made(city, "linkedevents"), now),
    "espoo": lambda city, now: linkedevents_app(linkedevents.made(city, "espoo"), now),
    "icalendar": lambda city, now: icalendar_app(icalendar.made(city), now),
    "rss": lambda city, now: rss_app(rss.made(city), now),
    "jsonld": lambda city, now: jsonld_app(jsonld.made(city), now),
    "tribe": lambda city, now: tribe_app(tribe.made(city), now),
    "hauki": lambda city, now: hauki_app(hauki.made(city), now),
    "kausal": lambda city, now: kausal_app(kausal.made(city), now),
    "respa": lambda city, now: respa_app(respa.made(city), now),
    "kerrokantasi": lambda city, now: kerrokantasi_app(kerrokantasi.made(city), now),
    "decisions": lambda city, now: decisions_app(decisions.made(city), now),
    "sierra": lambda city, now: sierra_app(sierra.made(city), now),
    "koha": lambda city, now: koha_app(koha.made(city), now),
    "volunteering": lambda city, now: volunteering_app(volunteering.made(city), now),
    "openahjo": lambda city, now: openahjo_app(openahjo.made(city), now),
}
