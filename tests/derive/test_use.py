"""The days of a space's use, as rows to sum."""

from __future__ import annotations

from datetime import date

from hub.records.spaces import Busy
from tests import made


def days(*records: object) -> list[tuple[int, ...]]:
    writer = made.in_memory()
    made.put(writer, *records)  # type: ignore[arg-type]  # records all, of several kinds
    rows = writer.connection.execute("SELECT day, known, bookable, used, booked FROM use_day ORDER BY day").fetchall()
    writer.close()
    return rows


def test_each_day_has_its_own_hours_and_bookings() -> None:
    # ten in the morning to ten in the evening on the 22nd, one booking over midnight to the 23rd
    late = Busy(starts_at=made.at(19), ends_at=made.at(23), is_own=False)
    use = made.use("1", date(2026, 11, 22), made.span(8, 20), made.span(22, 34), taken=[made.span(9, 10), late], days=2)

    day = date(2026, 11, 22).toordinal()
    assert days(use) == [(day, 86400, 12 * 3600, 2 * 3600, 3600), (day + 1, 86400, 12 * 3600, 3600, 0)]


def test_the_days_of_the_changing_clocks_are_shorter_and_longer() -> None:
    assert [row[1] for row in days(made.use("1", date(2026, 10, 24), days=3))] == [86400, 90000, 86400]
    assert [row[1] for row in days(made.use("1", date(2026, 3, 28), days=3))] == [86400, 82800, 86400]


def test_days_without_hours_are_rows_that_know_nothing() -> None:
    assert [row[1:] for row in days(made.use("1", date(2026, 11, 20), known=False, days=2))] == [(0, 0, 0, 0)] * 2
