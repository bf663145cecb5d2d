"""Varaamo's stand-in: its own schema, executed over made rooms and bookings."""
