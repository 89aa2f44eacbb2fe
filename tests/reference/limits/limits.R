# Limits of detection from negative controls and from a fixed list, by the formulas that OlinkAnalyze publishes
# (github.com/Olink-Proteomics/OlinkRPackage, OlinkAnalyze/R/olink_lod.R at commit 584045c, and its article "Calculating
# LOD from Olink Explore data"), written in base R from that description; OlinkAnalyze itself was not run.
#
#     Rscript limits.R       # R 4.2.2; simulates input.csv and fixed.csv, and writes output.csv
set.seed(7)
wells <- do.call(rbind, lapply(1:2, function(plate) {
  type <- rep(c("SAMPLE", "SAMPLE_CONTROL", "PLATE_CONTROL", "NEGATIVE_CONTROL"), c(6, 1, 3, 7))
  id <- ifelse(type == "SAMPLE", sprintf("S%d", seq_along(type) + 6 * (plate - 1)),
    sprintf("%s %d", c(SAMPLE_CONTROL = "Control A", PLATE_CONTROL = "Control B", NEGATIVE_CONTROL = "Control C")[type],
      seq_along(type) + 20 * plate))
  data.frame(SampleID = id, SampleType = type, WellID = sprintf("A%d", seq_along(type)), PlateID = sprintf("P%d", plate))
}))
wells$SampleQC <- ifelse(seq_len(nrow(wells)) %in% c(3, 17, 34), "FAIL", "PASS")
assays <- data.frame(
  OlinkID = sprintf("OID4000%d", 1:6), UniProt = c("P05231", "P01375", "P10145", "P05113", "EXT1", "EXT2"),
  Assay = c("IL6", "TNF", "CXCL8", "IL5", "Extension control 1", "Extension control 2"),
  AssayType = rep(c("assay", "ext_ctrl"), c(4, 2)), Panel = "Explore HT", Block = c(1, 1, 2, 2, 1, 2),
  DataAnalysisRefID = sprintf("D%d0007", c(1, 1, 2, 2, 1, 2)), mean = c(300, 12, 420, 60, 5000, 7000))
table <- merge(wells, assays, by = NULL)
person <- ifelse(table$SampleType == "NEGATIVE_CONTROL" | table$AssayType == "ext_ctrl", 1, 12)
table$Count <- rpois(nrow(table), table$mean * person * exp(rnorm(nrow(table), 0, .25)))
extension <- with(table[table$AssayType == "ext_ctrl", ], setNames(Count, paste(SampleID, PlateID, Block)))
table$ext <- extension[paste(table$SampleID, table$PlateID, table$Block)]
by_plate <- function(value, use) ave(ifelse(use, value, NA), table$OlinkID, table$PlateID, FUN = function(x) median(x, na.rm = TRUE))
table$ExtNPX <- round(log2(table$Count / table$ext), 6)
plate_control <- by_plate(table$ExtNPX, table$SampleType == "PLATE_CONTROL")
table$PCNormalizedNPX <- round(table$ExtNPX - plate_control, 6)
plate_median <- by_plate(table$PCNormalizedNPX, table$SampleType == "SAMPLE")
table$NPX <- round(table$PCNormalizedNPX - plate_median, 6)
table$NPX[table$SampleID == "S2" & table$OlinkID == "OID40003"] <- NA
table$Normalization <- "Intensity"
names <- c("SampleID", "SampleType", "WellID", "PlateID", "OlinkID", "UniProt", "Assay", "AssayType", "Panel", "Block",
  "Count", "ExtNPX", "NPX", "PCNormalizedNPX", "Normalization", "SampleQC", "DataAnalysisRefID")
write.csv(table[names], "input.csv", row.names = FALSE, quote = FALSE)

fixed <- data.frame(OlinkID = assays$OlinkID[c(1:4, 1)], DataAnalysisRefID = c(assays$DataAnalysisRefID[1:4], "D19999"),
  LODNPX = c(-1.5, -4.25, -2, .5, 9), LODCount = c(800, 180, 900, 150, 1),
  LODMethod = c("lod_npx", "lod_count", "lod_npx", "lod_count", "lod_npx"))
write.table(fixed, "fixed.csv", sep = ";", row.names = FALSE, quote = FALSE)

negative <- subset(table, SampleType == "NEGATIVE_CONTROL" & SampleQC == "PASS" & AssayType == "assay" & !is.na(NPX))
own <- do.call(rbind, lapply(split(negative, negative$OlinkID), function(part) data.frame(
  OlinkID = part$OlinkID[1], DataAnalysisRefID = part$DataAnalysisRefID[1],
  LODNPX = median(part$PCNormalizedNPX) + max(.2, 3 * sd(part$PCNormalizedNPX)),
  LODCount = max(150, 2 * max(part$Count)), LODMethod = if (max(part$Count) > 150) "lod_npx" else "lod_count")))
on_plate <- function(limits) {
  at <- match(paste(table$OlinkID, table$DataAnalysisRefID), paste(limits$OlinkID, limits$DataAnalysisRefID))
  spread <- ifelse(limits$LODMethod[at] == "lod_npx", limits$LODNPX[at], log2(limits$LODCount[at] / table$ext) - plate_control)
  ifelse(is.na(table$NPX), NA, spread)
}
output <- data.frame(table[c("SampleID", "PlateID", "OlinkID")], nc_plate_control = on_plate(own),
  nc_intensity = on_plate(own) - plate_median, fixed_plate_control = on_plate(fixed),
  fixed_intensity = on_plate(fixed) - plate_median)[table$AssayType == "assay", ]
output[4:7] <- lapply(output[4:7], formatC, digits = 15, format = "g")
write.csv(output, "output.csv", row.names = FALSE, quote = FALSE)
