"""Which class speaks to which upstream, by the word in the configuration: the one file that imports them all."""

from __future__ import annotations

from hub.connectors.finna import Finna
from hub.fetch import Connector

CONNECTORS: dict[str, type[Connector]] = {
    Finna.UPSTREAM: Finna,
}
