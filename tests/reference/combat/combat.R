# The output of ComBat of the Bioconductor package sva for the table beside this file.
#
#     Rscript combat.R       # R 4.2.2, sva 3.46.0 (Debian packages r-base-core, r-bioc-sva)
suppressMessages(library(sva))
table <- read.csv("input.csv", stringsAsFactors = FALSE)
levels <- t(as.matrix(table[, grepl("^A", names(table))]))
write <- function(adjusted, file) {
  rows <- data.frame(sample_id = table$sample_id, format(t(adjusted), digits = 15, trim = TRUE))
  write.csv(rows, file, row.names = FALSE, quote = FALSE)
}
kept <- model.matrix(~ group + age, table)
write(ComBat(levels, table$batch, mod = kept), "output-group-age.csv")
write(ComBat(levels, table$batch), "output-nothing-kept.csv")
cat(R.version.string, "sva", as.character(packageVersion("sva")), "\n")
