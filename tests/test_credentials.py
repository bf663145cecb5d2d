from __future__ import annotations

from pathlib import Path

import pytest

from hub.credentials import credentials_at
from hub.fetch import Credentials


def test_they_are_read_from_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIERRA", " key:secret\n")

    assert credentials_at(Credentials(variable="SIERRA")) == "key:secret"
    assert credentials_at(Credentials(variable="NOT_SET_ANYWHERE")) is None


def test_they_are_read_from_a_file_anew_each_time(tmp_path: Path) -> None:
    file = tmp_path / "key"
    place = Credentials(file=str(file))

    assert credentials_at(place) is None
    file.write_text("key:first\n")
    assert credentials_at(place) == "key:first"
    file.write_text("key:second\n")
    assert credentials_at(place) == "key:second"
    file.write_bytes(b"\xff\xfe\x00")
    assert credentials_at(place) is None


def test_where_no_place_is_named_there_are_none() -> None:
    assert credentials_at(Credentials()) is None
