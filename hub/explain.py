"""Tells how the graph is answered, without asking it: `hub schema --edges`."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from hub.schema.edges import Edge, Served


def show_edges(edges: Sequence[Edge], out: Console) -> None:
    """Without those that cost nothing."""
    table = Table("edge", "gives", "served from", "by")
    costly = [edge for edge in edges if edge.served is not Served.ATTRIBUTE]
    for edge in costly:
        served = f"{edge.served}" if edge.parents is None else f"{edge.served}, {edge.parents} in one operation"
        table.add_row(edge.edge, edge.gives, served, edge.by or "")
    out.print(table)
    out.print(f"{len(edges) - len(costly)} more are attributes of their row.", highlight=False)
