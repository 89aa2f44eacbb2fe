"""Learning a score, and deciding what may be said with it."""
