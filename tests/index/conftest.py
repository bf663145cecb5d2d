"""An index on disk, with the two places in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.index.read import Index
from hub.index.write import Writer
from tests import made
from tests.index.two_places import HERE, KALLIO, THERE


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    writer = made.in_folder(tmp_path)
    made.put(writer, KALLIO, HERE, THERE)
    yield writer
    writer.close()


@pytest.fixture
def index(tmp_path: Path, writer: Writer) -> Iterator[Index]:
    index = Index(tmp_path)
    yield index
    index.close()
