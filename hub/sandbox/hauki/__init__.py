"""Hauki's stand-in."""
