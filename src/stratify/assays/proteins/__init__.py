"""Which protein an assay measures, and which assays of two tables are the same."""
