# The file beside this one, written as SomaDataIO's write_adat writes it (github.com/SomaLogic/SomaDataIO, R/write-adat.R
# at commit 2f1581d): no checksum, header as name and value, descriptions shifted by the columns of samples, levels by
# sprintf("%0.1f"), nothing quoted, line feeds. In base R from that description; SomaDataIO itself was not run.
#
#     Rscript adat.R       # R 4.2.2
lines <- sub("\r$", "", readLines("input.adat"))
lines <- lines[!grepl("^!Checksum", lines)]
begin <- grep("^\\^TABLE_BEGIN", lines)
cells <- strsplit(lines[(begin + 1):length(lines)], "\t", fixed = TRUE)
titles <- which(vapply(cells, function(x) x[1] != "", NA))[1]
described <- sum(cells[[titles]] != "")
rows <- vapply(cells[-seq_len(titles)], function(x) {
  levels <- as.numeric(x[-seq_len(described + 1)])
  paste(c(x[seq_len(described)], "", sprintf("%0.1f", levels)), collapse = "\t")
}, "")
out <- file("output.adat", open = "wb")
writeLines(c(lines[seq_len(begin + titles)], rows), out, sep = "\n")
close(out)
