# Moderated statistics of limma for simulated tables, six designs, each also with three samples a group.
#
#     Rscript limma.R       # R 4.2.2, limma 3.54.1, statmod 1.5.0 (Debian packages r-base-core, r-bioc-limma,
#                           # r-cran-statmod); set.seed(20) below; everything else in this folder is written by it
suppressMessages(library(limma))
set.seed(20)
p <- 80; groups <- c(HC = 12, MDD = 12); n <- sum(groups)

# 1. Tables, rounded so that the text is the table.
people <- data.frame(
  sample_id = sprintf("S%02d", 1:n), patient = rep(sprintf("P%02d", 1:(n / 2)), each = 2),
  group = rep(names(groups), groups), age = round(rnorm(n, 45, 12)), sex = sample(c("F", "M"), n, TRUE),
  weight = round(runif(n, .5, 2), 2)
)
people$sex[c(1:3, 13:15)] <- c("F", "M", "F", "M", "F", "F")
average <- rnorm(p, 5, 2)
sd <- sqrt(.3 * 6 / rchisq(p, 6)) * exp(-.1 * (average - 5))
sd[1:4] <- sd[1:4] * c(8, 6, .05, 10)                                # outlying variances
shared <- matrix(rnorm(n / 2 * p), p)[, rep(1:(n / 2), each = 2)]    # between patients
levels <- average + sd * (.7 * shared + .7 * matrix(rnorm(n * p), p)) + outer(rnorm(p, 0, .01), people$age - 45)
levels[5:16, people$group == "MDD"] <- levels[5:16, people$group == "MDD"] + seq(-1.5, 1.5, length.out = 12)
levels <- round(levels, 5)
dimnames(levels) <- list(sprintf("A%02d", 1:p), people$sample_id)
gaps <- levels
gaps[matrix(runif(n * p) < .1, p)] <- NA
gaps[20, people$group == "MDD"] <- NA                                # a group without any value
gaps[21, ] <- NA
gaps[22, -c(1, 13)] <- NA                                            # one value a group
write.table(people, "people.csv", sep = ",", row.names = FALSE, quote = FALSE)
wide <- function(x, file) write.csv(data.frame(sample_id = colnames(x), t(x)), file, row.names = FALSE, quote = FALSE)
wide(levels, "levels.csv"); wide(gaps, "gaps.csv")

# 2. Statistics of the difference MDD - HC.
number <- function(x) format(x, digits = 16, trim = TRUE)
facts <- NULL
record <- function(name, fit, trend = FALSE, robust = FALSE, correlation = NA) {
  j <- match("groupMDD", colnames(fit$coefficients))
  e <- eBayes(fit, trend = trend, robust = robust)
  far <- NA                                                          # treat stops where a coefficient is NA
  if (!anyNA(fit$coefficients)) far <- treat(fit, lfc = log2(1.5), trend = trend, robust = robust)$p.value[, j]
  rows <- data.frame(
    assay = rownames(fit$coefficients), log2_fold_change = e$coefficients[, j], average = e$Amean,
    t = e$t[, j], log_p = pt(-abs(e$t[, j]), e$df.total, log.p = TRUE) + log(2), b = e$lods[, j],
    df_total = e$df.total, s2_post = e$s2.post, treat_p = far
  )
  rows[-1] <- lapply(rows[-1], number)
  write.csv(rows, paste0(name, ".csv"), row.names = FALSE, quote = FALSE)
  facts <<- rbind(facts, data.frame(design = name, df_prior = number(median(e$df.prior)),
    s2_prior = number(median(e$s2.prior)), correlation = number(correlation)))
}
for (size in c(12, 3)) {
  keep <- c(1:size, 12 + 1:size)
  who <- people[keep, ]; who$group <- factor(who$group, c("HC", "MDD"))
  y <- levels[, keep]; yg <- gaps[, keep]
  plain <- model.matrix(~group, who); adjusted <- model.matrix(~group + age + sex, who)
  name <- function(design) paste0(design, "-", size)
  record(name("two-groups"), lmFit(y, plain))
  record(name("covariates"), lmFit(y, adjusted))
  suppressWarnings(record(name("missing"), lmFit(yg, adjusted)))
  record(name("trend"), lmFit(y, plain), trend = TRUE)
  record(name("robust"), lmFit(y, plain), robust = TRUE)
  record(name("trend-robust"), lmFit(y, adjusted), trend = TRUE, robust = TRUE)
  suppressWarnings(record(name("missing-robust"), lmFit(yg, plain), robust = TRUE))
  consensus <- duplicateCorrelation(y, plain, block = who$patient)$consensus.correlation
  record(name("blocks"), lmFit(y, plain, block = who$patient, correlation = consensus), correlation = consensus)
  within <- duplicateCorrelation(yg, plain, block = who$patient)$consensus.correlation
  suppressWarnings(record(name("blocks-missing"), lmFit(yg, plain, block = who$patient, correlation = within),
    correlation = within))
  record(name("weights"), lmFit(y, adjusted, weights = who$weight))
  by_value <- outer(seq(.5, 1.5, length.out = p), who$weight)
  record(name("weights-blocks"), lmFit(y, plain, block = who$patient, correlation = .3, weights = by_value),
    correlation = .3)
}
write.csv(facts, "facts.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, "limma", as.character(packageVersion("limma")), "statmod",
  as.character(packageVersion("statmod")), "\n")
