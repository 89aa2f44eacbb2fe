"""The section of an experiment file that says where labels come from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

REFERENCE_DISEASE = "reference-disease"
Source = Literal["reference-disease", "axis-rule", "clusters", "outside"]


class LabelsSection(BaseModel):
    """Where labels come from; settings of other sources may stand beside, for `stratify agree`.

    Parameters
    ----------
    source : {"reference-disease", "axis-rule", "clusters", "outside"}
        A diagnosis, a definition's rule, clusters of axis scores, or a clinical column.
    people : tuple of str
        Groups that get a label from another source than the diagnosis; ``data.positive`` and
        ``data.negative`` when empty.
    definition : str
        Whose axes make the rule or the clusters; the experiment's own when empty.
    clusters, resamples : int
        How many clusters, and on how many subsets their stability rests.
    column : str
        Of an outside label.
    cutoff : float
        Of a column of numbers; ``side`` of it is positive.
    side : {"above", "below"}
        Of the cut-off.
    positive_values, negative_values : tuple of str
        Of a column of words; all other words are negative where no negative ones are named.
    proteins : tuple of str
        Proteins that the outside column measured by other means, such as CCL17 for a TARC assay.
    drop_label_proteins : bool
        Leave the proteins that made the label out of the features.
    allow_label_proteins : tuple of str
        Axes whose proteins stay among the features although they made the label; the card says so in red.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Source = "reference-disease"
    people: tuple[str, ...] = ()
    definition: str = ""
    clusters: Annotated[int, Field(ge=2, strict=True)] = 2
    resamples: Annotated[int, Field(ge=10, strict=True)] = 50
    column: str = ""
    cutoff: FiniteFloat | None = None
    side: Literal["above", "below"] = "above"
    positive_values: tuple[str, ...] = ()
    negative_values: tuple[str, ...] = ()
    proteins: tuple[str, ...] = ()
    drop_label_proteins: bool = False
    allow_label_proteins: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _settings_go_together(self) -> LabelsSection:
        if self.source == "outside" and not self.column:
            raise ValueError("name the column of the outside label")
        if self.drop_label_proteins and self.allow_label_proteins:
            raise ValueError("either drop_label_proteins or allow_label_proteins")
        return self
