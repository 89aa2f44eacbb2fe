# duplicateCorrelation and moderated t of limma for the public cohort ciim_breda, ICU against non-ICU.
#
#     Rscript breda.R levels.csv samples.csv > output.csv       # R 4.2.2, limma 3.54.1, statmod 1.5.0
#
# levels.csv has one row a sample and one column an assay, samples.csv columns patient and group; both are written by
# the test, from the data, which are not kept here. Only numbers over the whole cohort are kept: output.csv.
suppressMessages(library(limma))
files <- commandArgs(TRUE)
levels <- t(as.matrix(read.csv(files[1], check.names = FALSE))); samples <- read.csv(files[2])
design <- model.matrix(~ factor(samples$group, c("non-ICU", "ICU")))
consensus <- duplicateCorrelation(levels, design, block = samples$patient)$consensus.correlation
fit <- eBayes(lmFit(levels, design, block = samples$patient, correlation = consensus))
number <- function(x) format(x, digits = 15, trim = TRUE)
cat("# ", R.version.string, ", limma ", as.character(packageVersion("limma")), ", statmod ",
  as.character(packageVersion("statmod")), ", ", nrow(samples), " samples of ",
  length(unique(samples$patient)), " patients, consensus correlation ", number(consensus), "\n", sep = "")
write.csv(data.frame(
  assay_id = rownames(levels), log2_fold_change = number(fit$coefficients[, 2]), t = number(fit$t[, 2]),
  p_value = number(fit$p.value[, 2]), b = number(fit$lods[, 2])
), row.names = FALSE, quote = FALSE)
