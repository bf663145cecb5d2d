"""What the settings come to: plain values, as every process gets them. (Reading them takes 10 MB of pydantic.)"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from hub.connectors.registry import CONNECTORS
from hub.fetch import Connector, Source
from hub.records.core import Language


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the sections come to. `workers` None: one for each core. `off`: ids of the sources that are not asked."""

    data_dir: Path | None
    languages: tuple[Language, ...]
    timezone: str
    host: str
    port: int
    workers: int | None
    contact: str | None
    log_format: Literal["plain", "json"]
    log_level: str
    cache_url: str
    sources: tuple[Source, ...]
    off: frozenset[str] = frozenset()
    joins: Path | None = None

    @property
    def folder(self) -> Path:
        """Where the index is; only inside `housed` or where it is configured."""
        if self.data_dir is None:
            raise ValueError("data_dir is not set: use `housed`")
        return self.data_dir

    @property
    def source_ids(self) -> dict[str, str]:
        """The id of each source, by its name and by its id: as people write of them."""
        return {**{source.id: source.id for source in self.sources}, **{one.name: one.id for one in self.sources}}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def connectors(self, *, with_off: bool = False) -> list[Connector]:
        """Of the sources that are asked; `with_off`: of the others too."""
        return [
            CONNECTORS[source.connector](source) for source in self.sources if with_off or source.id not in self.off
        ]


@contextmanager
def housed(settings: Settings) -> Iterator[Settings]:
    """With a data folder: the configured one, or a temporary one that goes at the end."""
    if settings.data_dir is not None:
        yield settings
        return
    with tempfile.TemporaryDirectory(prefix="cityhub-", ignore_cleanup_errors=True) as folder:
        yield msgspec.structs.replace(settings, data_dir=Path(folder))
