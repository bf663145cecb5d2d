"""Respa's stand-in."""
