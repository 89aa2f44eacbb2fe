"""The single checks of a table, one family a file; `stratify.assays.quality` lists and runs them."""
