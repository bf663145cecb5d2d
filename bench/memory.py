"""What a process holds of the machine's memory, by the kernel's word."""

from __future__ import annotations

from pathlib import Path
from typing import Literal


def memory(field: Literal["VmRSS", "VmHWM", "Pss"]) -> float:
    """MB of this process. Pss: what it shares with others counted in parts."""
    file = "smaps_rollup" if field == "Pss" else "status"
    lines = Path(f"/proc/self/{file}").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:"))
