"""`python -m hub`: the command line, where the `hub` command is not on the path."""

from __future__ import annotations

from hub.cli import main

main()
