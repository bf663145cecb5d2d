"""Any record: a strategy for a struct, read off its own fields, so that a new field or type is covered by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec.inspect as shapes
from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
EARLIEST, LATEST = datetime(1800, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone


def any_value(shape: shapes.Type) -> st.SearchStrategy[Any]:
    match shape:
        case shapes.Metadata(type=inner):
            return any_value(inner)
        case shapes.NoneType():
            return st.none()
        case shapes.BoolType():
            return st.booleans()
        case shapes.IntType():
            return st.integers(-(2**63), 2**63 - 1)
        case shapes.FloatType():
            return st.floats(allow_nan=False)
        case shapes.StrType():
            return TEXT
        case shapes.DateTimeType():
            return st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC))
        case shapes.DateType():
            return st.dates(date(1800, 1, 1), date(2200, 1, 1))
        case shapes.TimeDeltaType():
            return st.integers(-(10**9), 10**9).map(lambda seconds: timedelta(seconds=seconds))
        case shapes.EnumType(cls=cls):
            return st.sampled_from(list(cls))
        case shapes.LiteralType(values=values):
            return st.sampled_from(list(values))
        case shapes.UnionType(types=types):
            return st.one_of([any_value(each) for each in types])
        case shapes.VarTupleType(item_type=item):
            return st.lists(any_value(item), max_size=2).map(tuple)
        case shapes.TupleType(item_types=items):
            return st.tuples(*(any_value(item) for item in items))
        case shapes.StructType(cls=cls, fields=fields):
            return st.builds(cls, **{field.name: any_value(field.type) for field in fields})
    raise AssertionError(f"no strategy yet for {shape}")


def any_record(cls: type[Any]) -> st.SearchStrategy[Any]:
    return any_value(shapes.type_info(cls))
