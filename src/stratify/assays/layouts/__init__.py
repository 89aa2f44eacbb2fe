"""Layouts that several formats share: where samples, assays, limits and remarks stand in a table."""
