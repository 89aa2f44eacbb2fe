"""Random signatures whose proteins vary together as much as those of a drug."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEPS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0)
TINY = 1e-12
FEW = 100  # random signatures that a step is judged by


@dataclass(frozen=True, eq=False)
class RandomProfiles:
    """Random profiles, from which signatures take the most extreme proteins.

    Parameters
    ----------
    parts : three arrays of shape (count, p)
        Normal, with variance one on average: each protein for itself; with the covariance of the proteins;
        and with its square, in which what many proteins share stands out.
    residual : array of shape (n, p)
        Of the people, within groups and in SDs; it is the source of the covariance.
    """

    parts: tuple[Array, Array, Array]
    residual: Array

    @classmethod
    def draw(cls, residual: Array, count: int, rng: np.random.Generator) -> RandomProfiles:
        """Draw profiles with the covariance of residuals (n, p)."""
        draws = rng.standard_normal((count, len(residual)))
        alone = rng.standard_normal((count, residual.shape[1]))
        shared = (draws @ residual, draws @ (residual @ residual.T) @ residual)
        together, leading = (part / max(float(part.std()), TINY) for part in shared)
        return cls((alone, together, leading), residual)

    def sums(self, direction: Array, allowed: NDArray[np.bool_], z: Array) -> Array:
        r"""Add up a profile over random signatures that are like a drug's.

        Each moves as many proteins down and up as the drug: the most extreme ones of a random profile.
        Profiles lie on a ladder from proteins that vary each for itself over the covariance of the proteins
        to what many of them share; the step is the one whose signatures are as coherent as the drug's on
        average, with coherence :math:`s^\top R s` and R the correlation of the proteins. Were they more
        coherent, the test would be too cautious; less, too bold.

        Parameters
        ----------
        direction : array of shape (p,)
            Of the drug: -1, 0, 1.
        allowed : array of bool, shape (p,)
            Proteins that a random signature may use.
        z : array of shape (p,)
            The profile.

        Returns
        -------
        array of shape (count,)
            Of z over what a signature lowers, less z over what it raises.
        """
        columns = np.flatnonzero(allowed)
        downs, ups = int((direction < 0).sum()), int((direction > 0).sum())
        step = self._step(direction, columns, (downs, ups))
        low, high = _extremes(self._profiles(step, columns), downs, ups)
        told: Array = z[columns[low]].sum(axis=1) - z[columns[high]].sum(axis=1)
        return told

    def _profiles(self, step: float, columns: NDArray[np.int_], count: int | None = None) -> Array:
        first = min(int(step), 1)
        less, more = (part[:count, columns] for part in self.parts[first : first + 2])
        told: Array = np.sqrt(1 - (step - first)) * less + np.sqrt(step - first) * more
        return told

    def _step(self, direction: Array, columns: NDArray[np.int_], size: tuple[int, int]) -> float:
        """Halve the ladder: signatures are the more coherent the higher the step."""
        wanted, residual = _logarithm(self.residual @ direction), self.residual[:, columns]
        first, last = 0, len(STEPS) - 1
        gaps: dict[int, float] = {}
        while first <= last:
            middle = (first + last) // 2
            low, high = _extremes(self._profiles(STEPS[middle], columns, FEW), *size)
            sums = residual[:, high].sum(axis=2) - residual[:, low].sum(axis=2)
            gaps[middle] = _logarithm(sums) - wanted
            first, last = (middle + 1, last) if gaps[middle] < 0 else (first, middle - 1)
        return STEPS[min(gaps, key=lambda step: abs(gaps[step]))]


def _logarithm(sums: Array) -> float:
    return float(np.log(max(np.square(sums).mean(), TINY)))


def _extremes(values: Array, downs: int, ups: int) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Places of the lowest and of the highest values in each row."""
    n = values.shape[1]
    bounds = [bound for bound in (downs - 1, n - ups) if 0 <= bound < n]
    order = np.argpartition(values, bounds, axis=1) if bounds else np.zeros((len(values), 0), dtype=int)
    return order[:, :downs], order[:, n - ups :]
