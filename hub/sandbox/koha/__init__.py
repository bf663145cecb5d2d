"""Koha's stand-in."""
