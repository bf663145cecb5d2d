"""Kirkanta's stand-in."""
