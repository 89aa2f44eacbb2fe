"""Tables that ship with the package; their sources are in ``README.md`` beside them."""
