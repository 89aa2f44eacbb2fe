"""Which rows are patients' samples and which the laboratory's own, and a unique name for each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from anndata import AnnData

from stratify.assays.schema import normalise_word
from stratify.errors import AssayFileError, listed

_LABORATORY = re.compile(
    r"^(ipc|inter-?plate.?control|plate.?control|sample.?control|control.?sample|pooled.?(plasma|serum)|"
    r"neg(ative)?.?(control|ctrl))([ _-].*|\d*)$",
    re.IGNORECASE,
)
_SHORT_CODE = re.compile(r"^(PP|NC|SC|PC|Neg|NEG)[ _-]?(\d*)$")
_BRIDGE = re.compile(r"^bridg(e|ing)\b.*$|^bridge[_\d].*$", re.IGNORECASE)
_NEGATIVE = re.compile(r"^(neg|buffer|blank|background|nc([ _-]?\d)?$)", re.IGNORECASE)
_AMBIGUOUS = re.compile(
    r"^(control|ctrl|ctl|pool|qc|std|standard|calibrator|blank|buffer|water)([ _-]|\d|$)", re.IGNORECASE
)


def sample_types(names: Sequence[str], declared: Sequence[str] | None = None) -> np.ndarray:
    """Tell patients' samples from laboratory controls and bridge samples.

    What a file declares wins. Otherwise names such as "IPC 1", "Plate control" and "Bridge 1" speak for
    themselves. The short codes PP, Neg, NC, SC and PC count as controls only in a file with such a name,
    and only where no name with that code has a number of two digits: NC1 to NC35 are people (normal
    controls). A bare "Control 7" is a person too; `check` reports it.

    Parameters
    ----------
    names : sequence of str
        Sample ids as delivered.
    declared : sequence of str, optional
        The file's own column of sample types, "" where it says nothing.

    Returns
    -------
    ndarray of str, shape (len(names),)
        "sample", "control" or "bridge".

    Examples
    --------
    >>> sample_types(["T8", "IPC 1", "PP2", "Bridge 1", "Control 7"]).tolist()
    ['sample', 'control', 'control', 'bridge', 'sample']
    """
    coded = [match for name in names if (match := _SHORT_CODE.match(name))]
    plain = any(_LABORATORY.match(name) for name in names)
    controls = {match[1] for match in coded if plain} - {match[1] for match in coded if len(match[2]) > 1}
    words = [""] * len(names) if declared is None else declared
    canonical = {word: normalise_word("sample_type", word) for word in set(words)}
    known = ("sample", "control", "bridge")
    return np.array(
        [
            canonical[w] if canonical[w] in known else _by_name(n, controls)
            for n, w in zip(names, words, strict=True)
        ],
        dtype=object,
    )


def _by_name(name: str, codes: set[str]) -> str:
    if _BRIDGE.match(name):
        return "bridge"
    short = _SHORT_CODE.match(name)
    return "control" if _LABORATORY.match(name) or (short and short[1] in codes) else "sample"


def patient_rows(adata: AnnData) -> np.ndarray:
    """Mark the rows that are patients' samples; all of them where no column ``sample_type`` says otherwise.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        Any table of protein levels.

    Returns
    -------
    ndarray of bool, shape (samples,)
    """
    if "sample_type" not in adata.obs:
        return np.ones(adata.n_obs, dtype=bool)
    return (adata.obs["sample_type"] == "sample").to_numpy()


def is_negative_control(name: str) -> bool:
    """Say whether a control holds no sample, so that its levels tell nothing about a plate.

    Parameters
    ----------
    name : str
        The laboratory's name of the control.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_negative_control("Neg 1"), is_negative_control("IPC 1")
    (True, False)
    """
    return bool(_NEGATIVE.match(name))


def is_ambiguous(name: str) -> bool:
    """Say whether a name may be a laboratory control (a standard, a blank) as well as a person.

    Parameters
    ----------
    name : str
        A sample id.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_ambiguous("Control 7"), is_ambiguous("HC7")
    (True, False)
    """
    return bool(_AMBIGUOUS.match(name))


def row_names(names: Sequence[str], types: Sequence[str] | np.ndarray, where: str) -> list[str]:
    """Give each row a name of its own: controls that repeat get " #2", " #3", people may not repeat.

    Parameters
    ----------
    names : sequence of str
        Sample ids as delivered.
    types : sequence of str
        As from `sample_types`.
    where : str
        Name of the table, for the message.

    Returns
    -------
    list of str

    Raises
    ------
    AssayFileError
        A patient's sample without an id, or several with one id.

    Examples
    --------
    >>> row_names(["S1", "IPC 1", "IPC 1"], ["sample", "control", "control"], "x.xlsx")
    ['S1', 'IPC 1', 'IPC 1 #2']
    """
    count = Counter(names)
    repeated = sorted({n for n, t in zip(names, types, strict=True) if count[n] > 1 and t == "sample" and n})
    if "" in count or repeated:
        raise AssayFileError(
            "each sample has an id of its own",
            f"{where}: "
            + (f"more than one row for {listed(repeated)}" if repeated else "a row without a sample id"),
            "give each tube its own id, for example by adding the visit, or remove the repeated rows",
        )
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return unique
