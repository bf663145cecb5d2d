"""Linked Events stand-in."""
