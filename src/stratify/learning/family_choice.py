"""How often each family would have been chosen, had the folds fallen otherwise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stratify.learning.validation import Evaluation

DRAWS = 1000


def choice_frequencies(
    evaluation: Evaluation, default: str, *, never: Sequence[str] = (), draws: int = DRAWS, seed: int = 0
) -> dict[str, float]:
    """Apply the one-standard-error rule to folds that are drawn with replacement.

    The folds of one study share people, so the frequencies say how firmly these folds decide, not how often
    other people would lead to the same family.

    Parameters
    ----------
    evaluation : Evaluation
        Out-of-fold scores of all families on the same folds.
    default : str
        The pre-specified family.
    never : sequence of str
        Families that may not be chosen.
    draws, seed : int
        Of folds.

    Returns
    -------
    dict of str to float
        Share of the draws, families that may be chosen in their order; sums to 1.

    References
    ----------
    Breiman et al., Classification and Regression Trees, 1984 (the rule); Nadeau & Bengio, Mach Learn 2003,
    doi:10.1023/A:1024068626366 (the standard error); see also `stratify.learning.validation.choose_family`.
    """
    names = [name for name in evaluation.families if name == default or name not in never]
    values = np.stack([evaluation.fold_aucs(name) for name in names], axis=1)
    values = values[np.isfinite(values).all(axis=1)]
    if len(values) < 2:
        return {name: float(name == default) for name in names}
    drawn = np.random.default_rng(seed).integers(len(values), size=(draws, len(values)))
    chosen = _choices(values[drawn], names.index(default), evaluation.n_folds)
    return {name: float((chosen == place).mean()) for place, name in enumerate(names)}


def _choices(values: NDArray[np.float64], default: int, n_folds: int) -> NDArray[np.int64]:
    """Chosen place (draws,) from AUCs (draws, folds, families)."""
    gains = values - values[:, :, [default]]
    mean = gains.mean(axis=1)
    error = np.sqrt(gains.var(axis=1, ddof=1) * (1 / values.shape[1] + 1 / (n_folds - 1)))
    worth = np.where(mean > error, mean, -np.inf)
    worth[:, default] = 0.0
    return worth.argmax(axis=1)
