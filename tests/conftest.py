"""What holds for every test."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def log_levels_end_with_the_test() -> Iterator[None]:
    """A command that runs in this process says how much the hub logs; the next test must not depend on it."""
    loggers = logging.getLogger(), logging.getLogger("hub")
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)
