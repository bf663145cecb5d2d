"""What the hub speaks of: frozen values, complete when made, that know nothing of where they came from but their Ref.

What is unknown is None, never "", 0 or -1; a list that is empty is an empty tuple. Moments are aware instants;
wall-clock times became instants in the connector. Texts stay in all their languages until a field is asked in one.
"""
