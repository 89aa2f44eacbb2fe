"""Batches made comparable, one method a file: each fit gives a state to freeze and apply."""
