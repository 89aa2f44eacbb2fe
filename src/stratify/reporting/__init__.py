"""Keeping, tracking, explaining and describing a model."""
