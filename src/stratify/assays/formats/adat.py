"""The ADAT of SomaLogic: fluorescence of SomaScan aptamers with everything that describes them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.assay_table import describe_assays, index_rows
from stratify.assays.files.part import Part
from stratify.assays.layouts.adat_text import AdatText, damaged_adat, parse_adat
from stratify.assays.layouts.log_scale import is_logged, log2_levels
from stratify.assays.registry import Format
from stratify.assays.sample_names import sample_types
from stratify.assays.schema import normalise_obs, normalise_word

_VERDICTS = {"PASS": "pass", "FLAG": "warn", "FAIL": "fail"}
_SECTIONS = ("^HEADER", "^COL_DATA", "^ROW_DATA", "^TABLE_BEGIN", "!Checksum")
_MATRICES = ("serum", "EDTA", "heparin", "citrate")
_IDENTIFIERS = (  # digits that count nothing: as numbers they would lose zeros
    "SlideId",
    "Subarray",
    "ScannerID",
    "SampleName",
    "Barcode",
    "Barcode2d",
    "ExtIdentifier",
    "SsfExtId",
    "TubeUniqueID",
)


def is_adat(part: Part) -> bool:
    """Say whether a part is a SomaScan ADAT: its first lines name a section of one.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
    """
    if part.kind != "text":
        return False
    with part.open() as stream:
        start = stream.read(4096)
    words = start.decode(part.encoding if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1", "replace")
    return any(line.lstrip("\ufeffï»¿").startswith(_SECTIONS) for line in words.splitlines()[:5])


def read_adat(part: Part) -> AnnData:
    """Read a SomaScan ADAT.

    All rows and all aptamers stay in the table: calibrators, QC pools and buffer wells are controls in
    ``obs["sample_type"]``, and ``var["assay_type"]`` tells aptamers of human proteins ("protein") from those
    of other kinds. What the file says of samples and aptamers is kept word for word in ``obsm["row_data"]``
    and ``varm["col_data"]``, its header in ``uns["stratify"]["header"]``: identifiers keep their zeros and
    scale factors their digits.

    Parameters
    ----------
    part : Part
        Text of an ADAT.

    Returns
    -------
    AnnData of shape (samples, aptamers)
        log2 of the relative fluorescence units as delivered; ``2 ** X`` rounds to the delivered decimals.

    Raises
    ------
    AssayFileError
        A file that is cut or damaged, repeats a sample or an aptamer, or whose levels were transformed.

    References
    ----------
    Layout: SomaLogic, ADAT file specification, as in SomaDataIO 6.
    """
    text, where = parse_adat(part), part.where
    if is_logged(text.fluorescence):
        raise damaged_adat(where, "whose fluorescence was transformed: no level is larger than 64")
    var, obs = _describe_aptamers(text.aptamers, where), _describe_samples(text, where)
    adata = AnnData(log2_levels(text.fluorescence, where), obs=obs, var=var)
    adata.obsm["row_data"] = text.samples.set_axis(obs.index, axis=0)
    adata.varm["col_data"] = text.aptamers.set_axis(var.index, axis=0)
    adata.uns["stratify"] = {
        "platform": "SomaScan",
        "scale": "log2 RFU",
        "format": "adat",
        "normalization": _header_word(text.header, "ProcessSteps"),
        "assay_version": _header_word(text.header, "AssayVersion"),
        "header": {"name": list(text.header), "value": list(text.header.values())},
        "zero_levels": int((text.fluorescence == 0).sum()),
        "removed": [],
    }
    return adata


def _header_word(header: dict[str, str], name: str) -> str:
    return header.get(f"!{name}") or header.get(name, "")


def _describe_aptamers(aptamers: pd.DataFrame, where: str) -> pd.DataFrame:
    if (aptamers["SeqId"].str.strip() == "").any():
        raise damaged_adat(where, "with an aptamer that has no SeqId")
    delivered = {"SeqId": "assay_id", "UniProt": "uniprot", "EntrezGeneSymbol": "gene", "Target": "assay"}
    var = describe_assays(aptamers.rename(columns=delivered)[list(_present(delivered, aptamers))], where)
    kind = aptamers.get("Type", pd.Series("Protein", aptamers.index)).tolist()
    organism = aptamers.get("Organism", pd.Series("Human", aptamers.index)).tolist()
    var["assay_type"] = [_assay_type(*words) for words in zip(kind, organism, strict=True)]
    if "ColCheck" in aptamers:
        var["qc"] = aptamers["ColCheck"].map(lambda word: _VERDICTS.get(word, word)).tolist()
    if "Dilution" in aptamers:
        var["dilution"] = aptamers["Dilution"].tolist()
    return var


def _present(names: dict[str, str], frame: pd.DataFrame) -> list[str]:
    return [canonical for delivered, canonical in names.items() if delivered in frame]


def _assay_type(kind: str, organism: str) -> str:
    if kind == "Protein":
        return "protein" if organism in ("Human", "") else "non-human"
    return "control" if kind.startswith("Hybridization") else kind.lower()


def _describe_samples(text: AdatText, where: str) -> pd.DataFrame:
    samples = text.samples
    told = samples.loc[:, (samples != "").any()]
    obs = normalise_obs(
        told.drop(columns=[name for name in _IDENTIFIERS if name in told and name != "SampleName"])
    )
    obs = pd.concat([obs, told[[n for n in _IDENTIFIERS if n in told and n not in obs]]], axis=1)
    names, kinds = _names(samples, where)
    others = ["control" if kind and kind != "Sample" else kind for kind in kinds]
    obs["sample_type"] = sample_types(names, others)
    patients = (obs["sample_type"] == "sample").to_numpy()
    controls = [f"{kind} {name}".strip() for kind, name in zip(kinds, names, strict=True)]
    obs["sample_id"] = np.where(patients, names, controls)
    obs["control_name"] = np.where(patients, "", controls)
    if "RowCheck" in obs:
        obs["qc"] = obs.pop("RowCheck").map(lambda word: _VERDICTS.get(word, word))
    obs["matrix"] = _matrix(samples, patients, _header_word(text.header, "StudyMatrix"))
    return index_rows(obs, where)


def _names(samples: pd.DataFrame, where: str) -> tuple[list[str], list[str]]:
    """Names and types of the rows; without a column of ids the array's slide and position name a sample."""
    kinds = samples.get("SampleType", pd.Series("", samples.index)).tolist()
    if "SampleId" in samples:
        return samples["SampleId"].str.strip().tolist(), kinds
    if {"SlideId", "Subarray"} <= set(samples):
        return (samples["SlideId"] + "_" + samples["Subarray"]).tolist(), kinds
    raise damaged_adat(where, "without a column SampleId")


def _matrix(samples: pd.DataFrame, patients: np.ndarray, study: str) -> list[str]:
    """Matrix of each sample as its row says it, or where that is no known one, as the header says."""
    told = samples.get("SampleMatrix", pd.Series("", samples.index))
    words = [normalise_word("matrix", word) for word in told]
    of_study = normalise_word("matrix", study)
    known = of_study in _MATRICES
    return [
        of_study if known and patient and word not in _MATRICES else word
        for word, patient in zip(words, patients, strict=True)
    ]


FORMAT = Format("adat", "a SomaScan ADAT", 5, is_adat, read_adat)
