# Bridge normalisation and bridgeability of the table beside this file, by the formulas that OlinkAnalyze publishes
# (github.com/Olink-Proteomics/OlinkRPackage: norm_internal_bridge in olink_normalization.R at commit 07619f4,
# olink_normalization_bridgeable.R at commit 145a1a2), written in base R from that description; OlinkAnalyze itself
# was not run.
#
#     Rscript bridging.R       # R 4.2.2
table <- read.csv("input.csv", stringsAsFactors = FALSE)
beside <- function(x) abs(x - median(x)) <= 3 * IQR(x)
one <- function(part) {
  adjustment <- median(part$npx_reference - part$npx_batch)
  part <- part[part$count_reference > 10 & part$count_batch > 10, ]
  range_of <- function(x) diff(quantile(x, c(.1, .9), names = FALSE))
  range_difference <- abs(range_of(part$npx_reference) - range_of(part$npx_batch))
  low <- median(part$count_reference) < 150 || median(part$count_batch) < 150
  part <- part[beside(part$npx_reference) & beside(part$npx_batch), ]
  r2 <- cor(part$npx_reference, part$npx_batch)^2
  ks <- suppressWarnings(ks.test(part$npx_reference, part$npx_batch))$statistic[[1]]
  verdict <- if (range_difference > 1 && low && r2 < .8) "not bridgeable" else
    if (ks <= .2) "median centring" else "quantile smoothing"
  data.frame(assay = part$assay[1], adjustment, range_difference, r2, ks, verdict)
}
result <- do.call(rbind, lapply(split(table, factor(table$assay, unique(table$assay))), one))
for (name in c("adjustment", "range_difference", "r2", "ks")) result[[name]] <- format(result[[name]], digits = 15)
write.csv(result, "output.csv", row.names = FALSE, quote = FALSE)
