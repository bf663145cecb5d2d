"""The processes of `hub serve`: a parent that keeps the others alive, one harvester, workers that answer.

The harvester is the only writer of the index, a process of its own (a thread would make every answer wait), nice 10.
Workers share one listening socket and open the index read-only. Each child is a fresh interpreter: nothing is forked.
"""
