"""From a vendor file to a checked table."""
