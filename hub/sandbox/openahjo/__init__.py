"""Open Ahjo's stand-in: cases of earlier years."""
