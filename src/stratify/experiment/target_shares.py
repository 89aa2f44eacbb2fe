"""How much of the target people's score goes with what is known of them beside the proteins."""

from __future__ import annotations

import numpy as np
import pandas as pd

from stratify.experiment.cohort import Cohort
from stratify.experiment.config import ExperimentConfig
from stratify.experiment.origin import site_column
from stratify.learning.domain import judge_handling
from stratify.learning.score_shares import ScoreShare, score_shares
from stratify.learning.scores import complete
from stratify.learning.training import Training

ASKED = ("site", "age", "bmi", "sex", "medication")


def target_shares(config: ExperimentConfig, cohort: Cohort, training: Training) -> tuple[ScoreShare, ...]:
    """Ask site, age, body mass, sex, medication and handling, those that are known.

    Parameters
    ----------
    config : ExperimentConfig
        The experiment.
    cohort : Cohort
        Its people.
    training : Training
        What was learned; the target people took no part in it.

    Returns
    -------
    tuple of ScoreShare
        Empty where there are no target people.
    """
    problem, model = training.problem, training.model
    rows = np.flatnonzero(problem.target)
    rows = rows[~pd.Series(problem.patients[rows]).duplicated().to_numpy()]
    if not len(rows):
        return ()
    filled = complete(model, problem.profiles[rows], problem.limits_of(rows))
    score = model.scorer.score(filled, problem.covariates_of(rows))
    measured = np.isfinite(problem.profiles[rows])
    leak = judge_handling(model.handling, model.scorer.standardise(filled), measured)[0]
    obs = cohort.people.obs.iloc[rows]
    names = dict.fromkeys([site_column(config.data.site) or "site", *ASKED[1:]])
    columns = obs[[name for name in names if name in obs]].assign(handling=leak)
    return score_shares(score, columns, seed=config.seed)
