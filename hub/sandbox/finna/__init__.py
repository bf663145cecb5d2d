"""Finna's stand-in."""
