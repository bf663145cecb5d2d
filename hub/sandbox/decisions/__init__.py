"""The stand-in of the search index behind paatokset.hel.fi."""
