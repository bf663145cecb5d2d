"""The stand-in's key, in a file as a real one would be. It opens nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

CREDENTIALS: Final = Path(__file__).with_name("credentials.txt")
