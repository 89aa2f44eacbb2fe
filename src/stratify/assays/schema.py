"""Names and allowed values of the columns that describe samples, declared once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

LARGEST_NUMBER = 1e30  # beyond every instrument; squares of larger numbers would overflow
MISSING_WORDS = frozenset({"", "na", "nan", "n/a", "#n/a", "null", ".", "no data"})


@dataclass(frozen=True)
class Column:
    """A column of `AnnData.obs` and the spellings under which files deliver it.

    Parameters
    ----------
    name : str
        Canonical name.
    meaning : str
        What it holds, with its unit.
    spellings : tuple of str
        Accepted names, in lower case without anything but letters and digits; earlier ones win.
    values : mapping of str to tuple of str
        Canonical value to its accepted spellings; empty for free columns.
    numeric : bool
        Whether the values are numbers.
    """

    name: str
    meaning: str
    spellings: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numeric: bool = False


OBS_COLUMNS = (
    Column(
        "sample_id", "identifier of the tube", ("sampleid", "sample", "samplename", "sampleidentifier", "id")
    ),
    Column(
        "sample_type",
        "patient's sample, laboratory control or bridge sample",
        ("sampletype",),
        {
            "sample": ("sample",),
            "control": (
                "control",
                "samplecontrol",
                "platecontrol",
                "negativecontrol",
                "qc",
                "calibrator",
                "buffer",
            ),
            "bridge": ("bridge", "bridging", "bridgesample", "bridgingsample"),
        },
    ),
    Column("control_name", "the laboratory's name of a control or bridge", ("controlname",)),
    Column(
        "patient_id",
        "identifier of the person",
        (
            "patientid",
            "individualid",
            "subjectid",
            "participantid",
            "personid",
            "donorid",
            "patientnr",
            "patient",
            "subject",
        ),
    ),
    Column("visit", "visit or time point", ("visit", "timepoint", "visitname")),
    Column(
        "group",
        "diagnosis or study arm",
        ("group", "diagnosis", "casecontrol", "condition", "clinicaldiagnosis"),
    ),
    Column("plate", "assay plate", ("plate", "plateid")),
    Column(
        "site",
        "recruiting site",
        (
            "site",
            "centre",
            "center",
            "clinic",
            "siteid",
            "collectionsite",
            "studysite",
            "recruitmentsite",
            "hospital",
        ),
    ),
    Column(
        "matrix",
        "what the blood was collected into",
        ("matrix", "specimen", "specimentype", "samplematrix", "tubetype", "tube"),
        {
            "serum": ("serum",),
            "EDTA": ("edta", "edtaplasma", "k2edta", "k3edta", "plasmaedta", "k2edtaplasma"),
            "heparin": ("heparin", "lithiumheparin", "liheparin", "heparinplasma", "sodiumheparin"),
            "citrate": ("citrate", "citrateplasma", "sodiumcitrate"),
        },
    ),
    Column(
        "age",
        "years",
        (
            "age",
            "ageyears",
            "agey",
            "ageatsampling",
            "ageatdraw",
            "ageatcollection",
            "ageatcsfcollection",
            "ageatbaseline",
            "ageatvisit",
        ),
        numeric=True,
    ),
    Column("age_band", "years, as an interval", ("ageband", "agebin", "agegroup", "agerange")),
    Column("sex", "F or M", ("sex", "gender"), {"F": ("f", "female", "woman"), "M": ("m", "male", "man")}),
    Column("bmi", "kg/m2", ("bmi", "bodymassindex"), numeric=True),
    Column("ethnicity", "self-reported", ("ethnicity", "race", "ancestry")),
    Column("medication", "drugs at the time of the draw", ("medication", "medications", "treatment")),
    Column("collection_datetime", "time of the draw", ("collectiondatetime", "collectiondate", "drawdate")),
    Column("hours_to_spin", "hours from draw to centrifuge", ("hourstospin", "timetospin"), numeric=True),
    Column("freeze_thaw", "number of freeze-thaw cycles", ("freezethaw", "freezethawcycles"), numeric=True),
    Column(
        "freezer_time", "years in the freezer", ("freezertime", "storagetime", "yearsinfreezer"), numeric=True
    ),
    Column(
        "qc",
        "the laboratory's verdict on a sample",
        ("qc", "qcwarning", "sampleqc", "qcstatus"),
        {
            "pass": ("pass", "passed", "ok"),
            "warn": ("warn", "warning", "manualwarn"),
            "fail": ("fail", "failed", "excluded"),
        },
    ),
)
VAR_COLUMNS = (
    Column("assay_id", "OlinkID", ("olinkid", "assayid")),
    Column("uniprot", "UniProt accession", ("uniprot", "uniprotid")),
    Column("gene", "gene symbol", ("gene", "geneid", "genesymbol", "genename")),
    Column("panel", "panel", ("panel", "olinkpanel")),
    Column("assay", "the vendor's name of the assay", ("assay", "assayname")),
    Column(
        "missing_frequency",
        "share of samples below the limit of detection",
        ("missingfreq", "missingfrequency", "missingdatafreq"),
    ),
)


def _key(name: object) -> str:
    return re.sub(r"[^a-z0-9]", "", str(name).lower())


def rename_columns(names: Iterable[str], columns: Sequence[Column] = OBS_COLUMNS) -> dict[str, str]:
    """Give each delivered column its canonical name, where it has one.

    Parameters
    ----------
    names : iterable of str
        Columns of a file.
    columns : sequence of Column, default OBS_COLUMNS
        What may be found.

    Returns
    -------
    dict of str to str
        Delivered to canonical name. Of two columns with one meaning the better spelling wins and the other
        keeps its name.

    Examples
    --------
    >>> rename_columns(["SampleID", "Gender", "MADRS"])
    {'SampleID': 'sample_id', 'Gender': 'sex'}
    """
    names = list(names)
    keys = [_key(name) for name in names]
    found: dict[str, str] = {}
    for column in columns:
        spellings = (_key(column.name), *column.spellings)
        ranked = sorted((spellings.index(key), i) for i, key in enumerate(keys) if key in spellings)
        if ranked:
            found[names[ranked[0][1]]] = column.name
    return {name: found[name] for name in names if name in found}


def canonical_column(name: str) -> str:
    """Canonical name of a column of `obs`, or the name itself.

    Parameters
    ----------
    name : str
        A column as an experiment or a file writes it.

    Returns
    -------
    str

    Examples
    --------
    >>> canonical_column("Case_Control"), canonical_column("MADRS")
    ('group', 'MADRS')
    """
    return rename_columns([name]).get(name, name)


def is_missing(cell: object) -> bool:
    """Say whether a cell stands for "not known".

    Parameters
    ----------
    cell : object
        Text, number or None.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_missing("N/A"), is_missing(float("nan")), is_missing("0")
    (True, True, False)
    """
    return cell is None or str(cell).strip().lower() in MISSING_WORDS


def parse_numbers(cells: Iterable[object]) -> tuple[np.ndarray, np.ndarray]:
    """Read cells as numbers, exactly, and say which hold something else.

    Parameters
    ----------
    cells : iterable of object
        Text or numbers; a missing cell becomes NaN.

    Returns
    -------
    values : ndarray of float64, shape (n,)
    wrong : ndarray of bool, shape (n,)
        True where the cell is neither a number that an instrument could give nor missing.

    Examples
    --------
    >>> values, wrong = parse_numbers(["1.5", "NA", "<LOD"])
    >>> values.tolist(), wrong.tolist()
    ([1.5, nan, nan], [False, False, True])
    """
    cells = list(cells)
    values, wrong = np.full(len(cells), np.nan), np.zeros(len(cells), dtype=bool)
    for i, cell in enumerate(cells):
        try:
            values[i] = np.nan if isinstance(cell, bool) else float(cell)  # type: ignore[arg-type]
            wrong[i] = isinstance(cell, bool) or (isinstance(cell, str) and "_" in cell)  # float reads "1_5"
        except (TypeError, ValueError):
            wrong[i] = not is_missing(cell)
    wrong |= np.abs(values) > LARGEST_NUMBER
    values[wrong] = np.nan
    return values, wrong


def normalise_obs(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a table of samples canonical column names and values.

    Declared columns are renamed and their values spelled in one way; numeric ones become float64; an age
    written as an interval is kept as ``age_band`` with its midpoint as ``age``. Undeclared columns are kept
    as they are, as numbers where all cells are numbers.

    Parameters
    ----------
    frame : DataFrame
        One row a sample, any column types.

    Returns
    -------
    DataFrame
        The same rows and index.

    Examples
    --------
    >>> normalise_obs(pd.DataFrame({"Gender": ["female"], "Age_bin": ["(20, 30)"]})).to_dict("list")
    {'sex': ['F'], 'age_band': ['(20, 30)'], 'age': [25.0]}
    """
    tidy = frame.rename(columns=rename_columns(frame.columns))
    declared = {column.name: column for column in OBS_COLUMNS}
    for name in tidy.columns:
        tidy[name] = _normalise_values(tidy[name], declared.get(name))
    return _with_age(tidy)


def _normalise_values(values: pd.Series, column: Column | None) -> pd.Series:
    if column is not None and column.values:
        spellings, texts = _spellings(column.name), [as_text(cell) for cell in values]
        words = {text: spellings.get(_key(text), text) for text in dict.fromkeys(texts)}
        return pd.Series([words[text] for text in texts], index=values.index, dtype=object)
    if pd.api.types.is_numeric_dtype(values) and not (column and not column.numeric):
        return values
    if column is None or column.numeric:
        numbers, wrong = parse_numbers(values)
        if not wrong.any() and not np.isnan(numbers).all():
            return pd.Series(numbers, index=values.index)
    return pd.Series([as_text(cell) for cell in values], index=values.index, dtype=object)


def normalise_word(name: str, word: str) -> str:
    """Spell one value of a declared column in the canonical way.

    Parameters
    ----------
    name : str
        Canonical name of the column.
    word : str
        The value as delivered.

    Returns
    -------
    str
        The same word where no spelling is declared.

    Examples
    --------
    >>> normalise_word("qc", "WARNING"), normalise_word("plate", "P 1")
    ('warn', 'P 1')
    """
    text = as_text(word)
    return _spellings(name).get(_key(text), text)


@cache
def _spellings(name: str) -> Mapping[str, str]:
    """Canonical word by each spelling that is declared for a column."""
    values = next(column.values for column in OBS_COLUMNS if column.name == name)
    return {word: canonical for canonical, words in values.items() for word in (_key(canonical), *words)}


def as_text(cell: object) -> str:
    """Write a cell as text: no surrounding blanks, whole numbers without a decimal point, "" where missing.

    Parameters
    ----------
    cell : object
        Text, number or None.

    Returns
    -------
    str

    Examples
    --------
    >>> as_text(101.0), as_text(" TK_44  "), as_text(None)
    ('101', 'TK_44', '')
    """
    if is_missing(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _with_age(tidy: pd.DataFrame) -> pd.DataFrame:
    if "age" in tidy and not pd.api.types.is_numeric_dtype(tidy["age"]) and "age_band" not in tidy:
        tidy = tidy.rename(columns={"age": "age_band"})
    if "age_band" in tidy and "age" not in tidy:
        bounds = tidy["age_band"].astype(str).str.extract(r"(\d+(?:\.\d+)?)\D+(\d+(?:\.\d+)?)").astype(float)
        tidy["age"] = bounds.mean(axis=1, skipna=False).to_numpy()
    return tidy
