"""One harvest of the made city for all stories of a process: they read, and break upstreams of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.harvesting import harvest_once
from tests.stories.hub import Caller, City


@pytest.fixture(scope="session")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after one harvest of everything, on that Wednesday morning."""
    folder = tmp_path_factory.mktemp("city")
    city = City(folder)
    asyncio.run(harvest_once(city.settings, wire=city.wire, clock=city.clock, synchronous="OFF"))
    return folder


@pytest.fixture
def city(harvested: Path) -> City:
    return City(harvested)


@pytest.fixture
async def hub(city: City) -> AsyncIterator[Caller]:
    async with city.open() as caller:
        yield caller
