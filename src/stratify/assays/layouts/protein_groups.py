"""Protein groups of a mass spectrometer, and tables with one row a group."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.assay_table import describe_assays, index_rows, text_in_assay
from stratify.assays.files.part import Part
from stratify.assays.layouts.log_scale import intensities
from stratify.assays.proteins.identity import accessions, identify
from stratify.assays.refusal import refuse
from stratify.assays.sample_names import sample_types
from stratify.assays.schema import as_text, parse_numbers

_RUN_FILE = re.compile(r"(\.(raw|mzml|mzxml|wiff2?|d|dia|htrms|tdf|thermo))+$", re.IGNORECASE)
_FOREIGN = re.compile(r"^(CON|REV|DECOY|RAND|CONTAM|CONT)_+", re.IGNORECASE)
_NOT_QUANTIFIED = ("filtered", "profiled")  # words of Spectronaut


@dataclass(frozen=True)
class GroupRows:
    """A layout with one row a protein group and one column a sample.

    Parameters
    ----------
    needs : tuple of str
        Columns without which a table has another layout.
    group, gene : str
        Columns of accessions and of gene symbols.
    quantities : tuple of (str, str)
        Title of a quantity, and a pattern of its columns with a group ``sample``; earlier ones are taken.
    others : tuple of str, default ()
        Further columns that are no quantity, where the pattern fits any name.
    never : tuple of str, default ()
        Columns that only other layouts have.
    marks : tuple of (str, str), default ()
        Columns whose "+" or "True" marks a group, and what it then is; the first mark holds.
    """

    needs: tuple[str, ...]
    group: str
    gene: str
    quantities: tuple[tuple[str, str], ...]
    others: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    marks: tuple[tuple[str, str], ...] = ()

    def find(self, names: Sequence[str]) -> tuple[str, dict[str, str]]:
        """Find the columns of the best quantity.

        Parameters
        ----------
        names : sequence of str
            Columns of a table.

        Returns
        -------
        title : str
            Of the quantity, "" where the table has another layout.
        samples : dict of str to str
            Column to sample.
        """
        if set(self.needs) <= set(names) and not set(self.never) & set(names):
            described = {*self.needs, self.group, self.gene, *self.others, *(name for name, _ in self.marks)}
            for title, pattern in self.quantities:
                found = {
                    n: m["sample"] for n in names if n not in described and (m := re.fullmatch(pattern, n))
                }
                if found:
                    return title, dict(zip(found, sample_names(list(found.values())), strict=True))
        return "", {}

    def fits(self, part: Part) -> bool:
        """Say whether a part has this layout.

        Parameters
        ----------
        part : Part
            Any part of a file.

        Returns
        -------
        bool
        """
        return bool(part.top) and bool(self.find([as_text(cell) for cell in part.top[0]])[0])

    def read(self, part: Part, layout: str) -> AnnData:
        """Read a table of this layout.

        Decoys, contaminants and groups that were identified by a modified site only are kept and told in
        ``var["assay_type"]``; a delivered zero means that a group was not quantified and becomes NaN.

        Parameters
        ----------
        part : Part
            A sheet or a text.
        layout : str
            Name of the format.

        Returns
        -------
        AnnData of shape (samples, protein groups)
            log2 intensities; the logarithm is taken unless the file holds it.

        Raises
        ------
        AssayFileError
            Text in place of a level, or a repeated group.
        """
        frame, where = part.frame, part.where
        title, samples = self.find([str(name) for name in frame.columns])
        if not title:
            raise refuse(where, f"columns that are not those of {layout}")
        groups = frame[self.group].map(as_text).tolist()
        levels = np.array([_numbers(frame[name], groups, sample, where) for name, sample in samples.items()])
        genes = frame[self.gene].map(as_text).tolist() if self.gene in frame else [""] * len(frame)
        var = describe_groups(groups, where, genes)
        var["assay_type"] = self._types(frame, groups)
        return group_table(
            levels, list(samples.values()), var, where, {"format": layout, "normalization": title}
        )

    def _types(self, frame: pd.DataFrame, groups: list[str]) -> list[str]:
        types = [_type_by_name(group) for group in groups]
        for column, meaning in self.marks:
            if column in frame:
                marked = frame[column].map(as_text).str.lower().isin(("+", "true", "1")).tolist()
                types = [meaning if m and t == "protein" else t for m, t in zip(marked, types, strict=True)]
        return types


def _type_by_name(group: str) -> str:
    foreign = [match[1].upper() for part in group.split(";") if (match := _FOREIGN.match(part))]
    if len(foreign) < len(group.split(";")):
        return "protein"
    return "contaminant" if all(word.startswith("CON") for word in foreign) else "decoy"


def sample_names(runs: Sequence[str]) -> list[str]:
    r"""Name samples by their runs: files without folder and extension, as long as all names differ.

    Parameters
    ----------
    runs : sequence of str
        As the software names them.

    Returns
    -------
    list of str

    Examples
    --------
    >>> sample_names(["D:\\msd\\S1.raw", "/data/S2.mzML.dia"])
    ['S1', 'S2']
    """
    bare = [_RUN_FILE.sub("", re.split(r"[\\/]", run)[-1].strip()) for run in runs]
    return bare if len(set(bare)) == len(bare) and all(bare) else list(runs)


def _numbers(cells: pd.Series, groups: list[str], sample: str, where: str) -> np.ndarray:
    values, wrong = parse_numbers(cells)
    wrong &= ~cells.astype(str).str.strip().str.lower().isin(_NOT_QUANTIFIED).to_numpy()
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        raise text_in_assay(where, groups[i], sample, cells.iloc[i])
    return values


def describe_groups(groups: Sequence[str], where: str, genes: Sequence[str] | None = None) -> pd.DataFrame:
    """Describe protein groups as assays.

    A group is one protein where its known members are of one gene; else all its accessions are kept. A decoy
    has none.

    Parameters
    ----------
    groups : sequence of str
        Accessions of each group, joined by semicolons.
    where : str
        Name of the table, for messages.
    genes : sequence of str, optional
        Symbols as delivered, used where the accessions are not known.

    Returns
    -------
    DataFrame
        As ``AnnData.var``, indexed by the delivered group.

    Raises
    ------
    AssayFileError
        A group that occurs twice.

    Examples
    --------
    >>> describe_groups(["A0A024QZX5;P35237", "REV__P35237"], "x.csv")["uniprot"].tolist()
    ['P35237', '']
    """
    own = [";".join(part for part in group.split(";") if not _FOREIGN.match(part)) for group in groups]
    found = [identify(members) if members else ("", "") for members in own]
    var = pd.DataFrame(
        {
            "assay_id": list(groups),
            "uniprot": [u or ",".join(accessions(m)) for (u, _), m in zip(found, own, strict=True)],
            "gene": [g or told for (_, g), told in zip(found, genes or [""] * len(own), strict=True)],
            "assay": list(groups),
        }
    )
    return describe_assays(var, where).assign(assay_type="protein")


def group_table(
    levels: np.ndarray, samples: list[str], var: pd.DataFrame, where: str, facts: dict[str, object]
) -> AnnData:
    """Make the table of a mass spectrometer's levels.

    Parameters
    ----------
    levels : ndarray of shape (samples, protein groups)
        Intensities as delivered, NaN where missing.
    samples : list of str
        Sample ids.
    var : DataFrame
        As from `describe_groups`.
    where : str
        Name of the table, for messages.
    facts : dict
        ``format`` and ``normalization``.

    Returns
    -------
    AnnData of shape (samples, protein groups)
        On a log2 scale.

    Raises
    ------
    AssayFileError
        Negative intensities, or two samples with one id.
    """
    types = sample_types(samples)
    obs = pd.DataFrame(
        {"sample_id": samples, "sample_type": types, "control_name": np.where(types == "sample", "", samples)}
    )
    logged, scale = intensities(levels, where)
    adata = AnnData(logged, obs=index_rows(obs, where), var=var)
    adata.uns["stratify"] = {"platform": "mass spectrometry", "removed": [], **facts, **scale}
    return adata
