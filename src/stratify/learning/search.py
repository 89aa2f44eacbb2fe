"""Settings of a family, chosen by Optuna on inner folds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stratify.learning.classifier import Family, Knowledge
from stratify.learning.inner_loss import Loss, inner_loss
from stratify.learning.trial_store import quiet

Array = NDArray[np.float64]

UNPRUNED = 5  # trials that run to their end before another may be stopped
FIRST_LOOK = 1  # inner fold after which a trial may be stopped
TELL_EVERY = 10.0  # seconds


@dataclass(frozen=True)
class Course:
    """How one search is carried out and watched; apart from ``stop_at`` nothing here decides its result.

    Parameters
    ----------
    name : str
        Said in lines of progress.
    history : sequence of optuna.trial.FrozenTrial
        Finished trials of the same search, from which it goes on.
    keep : callable
        Receives each newly finished trial.
    tell : callable
        Receives lines of progress.
    stop_at : float
        Time (seconds since the epoch) after which no trial is begun.
    """

    name: str = ""
    history: Sequence[Any] = ()
    keep: Callable[[Any], None] = lambda trial: None
    tell: Callable[[str], None] = lambda line: None
    stop_at: float = float("inf")


@dataclass(frozen=True)
class Found:
    """What a search found.

    Parameters
    ----------
    settings : dict
        For ``set_params``; empty where the pre-specified ones were kept unsearched.
    loss : float
        Of the best trial; NaN where there was none.
    trials, pruned : int
        Trials that were run, and how many of them were stopped early.
    """

    settings: dict[str, Any]
    loss: float = float("nan")
    trials: int = 0
    pruned: int = 0


def tune(
    chosen: Family,
    known: Knowledge,
    z: Array,
    y: NDArray[np.int64],
    *,
    trials: int,
    seed: int,
    patients: NDArray[Any] | None = None,
    course: Course | None = None,
) -> Found:
    """Search a family's settings.

    The sampler of each trial is seeded by the seed and the trial's number alone and sees only finished
    trials, so a search that was interrupted anywhere and goes on from what was kept finds the same.
    Where the loss grows fold by fold, a trial that is worse than the median of the finished ones on the same
    people is stopped.

    Parameters
    ----------
    chosen : Family
        What is tuned.
    known : Knowledge
        Prior proteins and pathways.
    z : array of shape (n, n_proteins)
        Prepared profiles of labelled training people only.
    y : integer array of shape (n,)
        1 and 0.
    trials : int
        Budget; the pre-specified settings are the first trial, and 0 or 1 keeps them.
    seed : int
        Of the sampler and of the inner folds.
    patients : array of shape (n,), optional
        Patient of each row, whose samples share an inner fold; every row is one if left out.
    course : Course, optional
        What is known of the search, and who watches it.

    Returns
    -------
    Found

    References
    ----------
    Akiba et al., KDD 2019, doi:10.1145/3292500.3330701; Bergstra et al., NeurIPS 2011 (the sampler);
    Golovin et al., KDD 2017, doi:10.1145/3097983.3098043 (stopping below the median).
    """
    course = course or Course()
    start = chosen.build(known)
    if trials <= 1 or not chosen.space:
        return Found({})
    with quiet():
        study = _study(chosen, start)
        study.add_trials(course.history[:trials])
        done, told = len(study.get_trials(deepcopy=False)), time.monotonic()
        loss = inner_loss(start, z, y, seed=seed, patients=patients) if done < trials else None
        while loss is not None and done < trials and time.time() <= course.stop_at:
            _run_trial(study, chosen, loss, _sampler_seed(seed, done), start if done == 0 else None)
            course.keep(study.get_trials(deepcopy=False)[-1])
            done += 1
            if done == trials or time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                course.tell(f"{course.name}: trial {done} of {trials}, best loss {study.best_value:.3f}")
    return _found(study)


def _study(chosen: Family, start: Any) -> Any:
    import optuna

    pruner = optuna.pruners.MedianPruner(n_startup_trials=UNPRUNED, n_warmup_steps=FIRST_LOOK)
    return optuna.create_study(pruner=pruner)


def _sampler_seed(seed: int, number: int) -> int:
    return int(np.random.SeedSequence((seed, number)).generate_state(1)[0])


def _run_trial(study: Any, chosen: Family, loss: Loss, seed: int, start: Any) -> None:
    """Run one trial to its end; ``start`` gives the settings of the first one."""
    import optuna

    study.sampler = optuna.samplers.TPESampler(seed=seed)
    if start is not None:
        study.enqueue_trial({name: start.get_params()[name] for name in chosen.space})
    trial = study.ask()
    settings = {name: _suggest(trial, name, *bounds) for name, bounds in chosen.space.items()}
    try:
        value = loss(settings, partial(_report, trial))
    except optuna.TrialPruned:
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    else:
        study.tell(trial, value if np.isfinite(value) else float("inf"))


def _report(trial: Any, fold: int, value: float) -> None:
    import optuna

    trial.report(value, fold)
    if trial.should_prune():
        raise optuna.TrialPruned


def _found(study: Any) -> Found:
    from optuna.trial import TrialState

    run = study.get_trials(deepcopy=False)
    if not run:
        return Found({})
    pruned = sum(trial.state == TrialState.PRUNED for trial in run)
    return Found(dict(study.best_trial.params), float(study.best_value), len(run), pruned)


def _suggest(trial: Any, name: str, low: float, high: float, log: bool) -> float:
    if isinstance(low, int) and isinstance(high, int):
        return trial.suggest_int(name, low, high, log=log)
    return trial.suggest_float(name, low, high, log=log)
