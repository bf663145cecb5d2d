"""Fills the index with what the sources list, keeps it true, and takes out what they have taken back."""
