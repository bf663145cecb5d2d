"""Kausal Watch's stand-in: its schema, executed over a made programme."""
