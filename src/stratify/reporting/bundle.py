"""A frozen model on disk: JSON, plain arrays and XGBoost UBJ; nothing that can run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stratify.errors import ModelError
from stratify.learning.frozen import Batch, FrozenModel
from stratify.learning.scorers import is_booster
from stratify.learning.scores import score_batch
from stratify.reporting.frozen_fields import Store, from_fields, to_fields
from stratify.reporting.plain_arrays import ArrayFileError, read_arrays
from stratify.reporting.verified_folder import verify_folder

BUNDLE_SCHEMA = 2
READABLE = (1, 2)
HEADER, ARRAYS = "model.json", "arrays.npz"
GOLDEN_SEED = 1980
GOLDEN_TOLERANCE = 1e-9
_UBJ = b"{L"  # how XGBoost begins a booster: an object whose first key has a length of 64 bits
# Arrays without an axis of proteins.
FREE_OF_PROTEINS = (
    *("negatives", "healthy.scores", "axes.mean", "axes.sd", "axis_lead.sd", "expected"),
    "handling.covariance",
    *(f"held_out.{name}" for name in ("label", "reference", "patient", "member", "covariates")),
    *(f"effects.{name}" for name in ("origin", "low", "high", "kept")),
    *("adjustment.grid", "adjustment.weights"),
)


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A model whose every byte was checked.

    Parameters
    ----------
    model : FrozenModel
        The model.
    digest : str
        Content digest of the model folder.
    folder : Path
        The model folder.
    """

    model: FrozenModel
    digest: str
    folder: Path


def load_model(folder: str | Path) -> LoadedModel:
    """Check a model folder against its manifest, then read its bundle.

    Parameters
    ----------
    folder : str or Path
        ``models/<name>-<version>``.

    Returns
    -------
    LoadedModel

    Raises
    ------
    ModelError
        A folder that is damaged, changed, foreign or too new; the message names the file.
    """
    folder = Path(folder)
    digest = verify_folder(folder)
    return LoadedModel(read_bundle(folder / "bundle"), digest, folder)


def write_bundle(model: FrozenModel, folder: Path) -> None:
    """Write a model; the same model gives the same bytes.

    Parameters
    ----------
    model : FrozenModel
        Any family.
    folder : Path
        Made where it does not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    store = Store()
    header = {"bundle_schema": BUNDLE_SCHEMA, "model": to_fields(model, store)}
    profile = _golden_profile(model)
    store.arrays["golden"] = profile
    header["golden"] = _golden_scores(model, profile)
    header["arrays"] = _sizes(store.arrays)
    header["boosters"] = len(store.boosters)
    for place, booster in enumerate(store.boosters):
        (folder / _booster_name(place)).write_bytes(booster)
    # np.savez dates every entry 1980-01-01, so that equal arrays are equal bytes
    np.savez(folder / ARRAYS, **dict(sorted(store.arrays.items())))  # type: ignore[arg-type]
    text = json.dumps(header, sort_keys=True, indent=1, allow_nan=False, ensure_ascii=False)
    (folder / HEADER).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_bundle(folder: Path) -> FrozenModel:
    """Read a bundle and recompute its golden patient.

    Parameters
    ----------
    folder : Path
        With ``model.json``, ``arrays.npz`` and the boosters.

    Returns
    -------
    FrozenModel

    Raises
    ------
    ModelError
        A file that is missing, truncated or foreign, a schema that is too new, fields of a wrong type,
        arrays that do not fit together, or a golden patient with another score than the stored one.
    """
    header = _read_header(folder / HEADER)
    arrays = _read_arrays(folder / ARRAYS)
    header = _upgraded(header, arrays)
    if header.get("arrays") != _sizes(arrays):
        raise _damaged(ARRAYS, f"other arrays, or of other sizes, than {HEADER} lists")
    store = Store(arrays, _read_boosters(folder, header.get("boosters")))
    try:
        model = from_fields(FrozenModel, header.get("model"), store)
    except ValueError as error:
        raise _damaged(HEADER, str(error)) from error
    _check_shapes(store, len(model.assays))
    n_handling = int(np.count_nonzero(model.handling.weights))
    if model.handling.covariance.shape != (n_handling, n_handling):
        raise _damaged(ARRAYS, f"array handling.covariance does not fit {n_handling} proteins")
    _check_golden(model, store.arrays.get("golden"), header.get("golden"))
    return model


def _damaged(name: str, found: str) -> ModelError:
    return ModelError(
        f"{name} as stratify writes it",
        f"{name}: {found}",
        "use the model folder as it was delivered, or train the model again",
    )


def _read_header(path: Path) -> dict[str, Any]:
    try:
        header = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path.name, "missing, truncated or not JSON") from error
    schema = header.get("bundle_schema") if isinstance(header, dict) else None
    if type(schema) is not int:
        raise _damaged(path.name, "no bundle_schema")
    if not READABLE[0] <= schema <= READABLE[1]:
        raise ModelError(
            f"a bundle of schema {READABLE[0]} to {READABLE[1]}",
            f"{path.name}: schema {schema}",
            "use a newer version of stratify" if schema > READABLE[1] else "train the model again",
        )
    return header


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        return read_arrays(path)
    except ArrayFileError as error:
        raise _damaged(path.name, str(error)) from error


def _sizes(arrays: Mapping[str, np.ndarray]) -> dict[str, list[int]]:
    return {name: list(array.shape) for name, array in arrays.items()}


def _with_sizes(header: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """List the arrays, as schema 2 does, so that none can be added."""
    return header | {"arrays": _sizes(arrays)}


# How a header becomes one of the next schema; what an older bundle lacks is made from what it has.
_UPGRADES: dict[int, Callable[[dict[str, Any], Mapping[str, np.ndarray]], dict[str, Any]]] = {1: _with_sizes}


def _upgraded(header: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    for schema in range(header["bundle_schema"], BUNDLE_SCHEMA):
        header = _UPGRADES[schema](header, arrays) | {"bundle_schema": schema + 1}
    return header


def _booster_name(place: int) -> str:
    return f"booster-{place:02d}.ubj"


def _read_boosters(folder: Path, count: Any) -> list[bytes]:
    if type(count) is not int:
        raise _damaged(HEADER, "no number of boosters")
    boosters = []
    for name in map(_booster_name, range(count)):
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            raise _damaged(name, "missing") from error
        if not content.startswith(_UBJ) or not is_booster(content):
            raise _damaged(name, "no trees in XGBoost's UBJ")
        boosters.append(content)
    return boosters


def _check_shapes(store: Store, n_proteins: int) -> None:
    for name, array in store.arrays.items():
        if array.size and not name.endswith(FREE_OF_PROTEINS) and n_proteins not in array.shape:
            raise _damaged(ARRAYS, f"array {name} does not fit {n_proteins} proteins")


def _golden_profile(model: FrozenModel) -> np.ndarray:
    draw = np.random.default_rng(GOLDEN_SEED).standard_normal(len(model.assays))
    return model.gaps.center + model.gaps.scale * draw


def _golden_scores(model: FrozenModel, profile: np.ndarray) -> dict[str, float]:
    row = profile[None]
    below, error = np.zeros(row.shape, dtype=bool), np.full(len(profile), np.nan)
    covariates = model.adjustment.grid[:1] if model.adjustment.columns else None
    batch = Batch(row, below, ["ok"], "vendor", error, covariates=covariates)
    scores = score_batch(model, batch)
    explained = model.scorer.contributions(scores.filled, model.background)
    return {
        "score": float(scores.score[0]),
        "error": float(scores.error[0]),
        "distance": float(scores.distance[0]),
        "explained": float(explained.sum()),
    }


def _check_golden(model: FrozenModel, profile: Any, stored: Any) -> None:
    """Score the golden patient again; every frozen array takes part."""
    try:
        found = _golden_scores(model, profile)
        wanted = {name: float(stored[name]) for name in found}
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise _damaged(ARRAYS, "arrays that do not fit together") from error
    off = [name for name in found if not _same(found[name], wanted[name])]
    if off:
        raise ModelError(
            "the golden patient's stored results",
            f"{HEADER} and {ARRAYS}: another {' and '.join(off)}",
            "use the model folder as it was delivered, with the locked versions of its software",
        )


def _same(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= GOLDEN_TOLERANCE * max(1.0, abs(wanted))
