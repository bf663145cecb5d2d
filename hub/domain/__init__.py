"""One file = one subject: what can be asked of it, answered from the index and, where it can't be listed, by look-ups.

Every function takes the `City` first: index, fetcher, look-ups and the clock of one request.
"""
