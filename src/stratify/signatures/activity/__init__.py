"""How active sets of proteins are in each sample, for a cohort and for one patient."""
