"""The embedded index of everything that can be listed: one SQLite file, one writer, many readers."""
