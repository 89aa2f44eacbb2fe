"""One file a format; each declares a `FORMAT` that the registry finds by itself."""
