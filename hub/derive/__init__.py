"""What follows from several source records: identity of places, areas, where an event is, what leads to what.

Pure passes over source records. Deriving all anew gives the same tables, in whatever order the sources came.
"""
