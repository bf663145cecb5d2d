"""Sierra's stand-in."""
