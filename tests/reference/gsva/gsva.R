# Scores of GSVA, ssGSEA, PLAGE and the combined z-score, as published: the cohort is its own reference.
#
#     Rscript gsva.R       # R 4.2.2, GSVA 1.46.0 (Debian packages r-base-core, r-bioc-gsva); simulates input.csv, sets.gmt
#
# Forty samples and eighty proteins with shared factors; levels of four proteins are rounded so that they tie within
# samples; one protein never varies (GSVA leaves it out of all but ssGSEA). PLAGE's sign is arbitrary.
suppressMessages(library(GSVA))
set.seed(11)
n <- 40; p <- 80
factors <- matrix(rnorm(n * 4), n) %*% matrix(rnorm(4 * p, sd = .6), 4)
levels <- sweep(factors + matrix(rnorm(n * p), n), 2, runif(p, 0, 9), "+")
levels[, 1:4] <- round(levels[, 1:4])
levels[, 80] <- 3
levels <- round(levels, 6)
dimnames(levels) <- list(sprintf("S%02d", 1:n), sprintf("P%02d", 1:p))
sets <- list(five = 1:5, ten = seq(3, 30, 3), twenty = 41:60, forty = seq(2, 80, 2), one = 17, constant = c(70, 75, 80))
sets <- lapply(sets, function(members) colnames(levels)[members])
write.csv(data.frame(sample_id = rownames(levels), levels), "input.csv", row.names = FALSE, quote = FALSE)
writeLines(sapply(names(sets), function(name) paste(c(name, "simulated", sets[[name]]), collapse = "\t")), "sets.gmt")

run <- function(...) t(suppressWarnings(gsva(t(levels), sets, verbose = FALSE, ...)))
invisible(capture.output(scores <- list(
  z = run(method = "zscore"), plage = run(method = "plage"), gsva = run(method = "gsva"),
  "gsva-larger" = run(method = "gsva", mx.diff = FALSE), ssgsea = run(method = "ssgsea"),
  "ssgsea-raw" = run(method = "ssgsea", ssgsea.norm = FALSE))))
output <- do.call(rbind, lapply(names(scores), function(method) data.frame(
  method = method, sample_id = rownames(levels), apply(scores[[method]], 2, formatC, digits = 15, format = "g"))))
write.csv(output, "output.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, "GSVA", as.character(packageVersion("GSVA")), "\n")
