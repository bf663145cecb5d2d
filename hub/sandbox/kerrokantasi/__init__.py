"""Kerro kantasi's stand-in: hearings and their sections."""
