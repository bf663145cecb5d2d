"""Figures and ratios of the index, the harvest, memory and load: `make bench`, read by `bench/README.md`."""
