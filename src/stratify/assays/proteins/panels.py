"""Panels of assays: one name for each, whatever a file calls it."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

import pandas as pd

_PANEL_SPELLINGS = {
    "Inflammation": ("in", "inf", "inf1", "infi", "inflammation", "inflammationi"),
    "Cardiovascular II": ("cvd2", "cvdii", "cardiovascular2", "cardiovascularii"),
    "Cardiovascular III": ("cvd3", "cvdiii", "cardiovascular3", "cardiovasculariii"),
    "Neurology": ("neu", "neuro", "neurology", "neui", "neurologyi"),
    "Cardiometabolic": ("cm", "cam", "cdm", "cardiometabolic"),
    "Immune Response": ("ir", "ire", "immuneresponse"),
    "Development": ("dev", "development"),
    "Metabolism": ("met", "metabolism"),
    "Organ Damage": ("oda", "organdamage"),
    "Cell Regulation": ("cre", "cellregulation"),
    "Immuno-Oncology": ("imo", "io", "immunooncology"),
    "Inflammation II": ("inf2", "infii", "inflammation2", "inflammationii"),
    "Cardiometabolic II": ("cam2", "camii", "cardiometabolic2", "cardiometabolicii"),
    "Neurology II": ("neu2", "neuii", "neurology2", "neurologyii"),
    "Neuro Exploratory": ("nex", "neuroexploratory"),
    "Oncology": ("onc", "oncology"),
    "Oncology II": ("onc2", "oncii", "oncology2", "oncologyii"),
    "Oncology III": ("onc3", "onciii", "oncology3", "oncologyiii"),
}
_PANEL_OF = {word: panel for panel, words in _PANEL_SPELLINGS.items() for word in words}
_VENDOR_WORDS = re.compile(r"\(v\.?\s*\d+\)|\bolink\b|\btarget\s*96\b|®", re.IGNORECASE)
_EXPLORE = re.compile(r"\bexplore([ _]?(384|1536|3072))?[ _]*", re.IGNORECASE)


@lru_cache(maxsize=1)
def _target96() -> pd.DataFrame:
    source = files("stratify").joinpath("data", "target96.csv")
    with source.open(encoding="utf-8") as handle:
        return pd.read_csv(handle, dtype=str, keep_default_na=False)


def target96() -> pd.DataFrame:
    """Assays of the four Olink Target 96 panels of the depression study.

    Returns
    -------
    DataFrame of shape (368, 5)
        Columns ``panel``, ``gene``, ``uniprot``, ``assay`` (the vendor's short name) and ``in_study`` (yes,
        no).

    Examples
    --------
    >>> target96()["panel"].value_counts().tolist()
    [92, 92, 92, 92]
    """
    return _target96().copy()


@lru_cache(maxsize=4096)
def canonical_panel(name: str) -> str:
    """Name a panel in one way, whatever the file calls it.

    Parameters
    ----------
    name : str
        A panel as a file or a paper writes it, with or without vendor, product and version.

    Returns
    -------
    str
        The canonical name, or the given one without vendor words where the panel is not known.

    Examples
    --------
    >>> canonical_panel("Olink Target 96 Cardiovascular II(v.5006)"), canonical_panel("CVD2")
    ('Cardiovascular II', 'Cardiovascular II')
    >>> canonical_panel("Explore_384_ONCOLOGY_II")
    'Explore Oncology II'
    """
    words, explore = _EXPLORE.subn("", " ".join(_VENDOR_WORDS.sub(" ", name).split()))
    known = _PANEL_OF.get(re.sub(r"[^a-z0-9]", "", words.lower()), words)
    return f"Explore {known}".rstrip() if explore else known
