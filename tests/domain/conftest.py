from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.domain.hall import Town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    town = Town(tmp_path)
    yield town
    await town.aclose()
