"""The screening page and its REST interface: one process on loopback, nothing kept on disk."""
