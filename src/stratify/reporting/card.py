"""The model card: one Markdown text, filled from a training and its facts, and the same as a page."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from stratify.learning.decision import REASONS
from stratify.learning.frozen import ASSUMED_OFFSET_SD, ASSUMED_PREVALENCES, FrozenModel
from stratify.learning.training import Training
from stratify.reporting.canvas import alt_text
from stratify.reporting.explain import Explanation, explain
from stratify.reporting.facts import Facts, flatten
from stratify.reporting.learning_curve import curve_rows
from stratify.reporting.performance import calibration, everything, family_results
from stratify.reporting.plots import BASELINE
from stratify.reporting.searches import summarise_searches
from stratify.reporting.validation_detail import validation_detail

NOT_COMPUTED = "not computed"
N_LEADING = 15
WARNING = "**WARNING"
SAID_ELSEWHERE = ("name", "version", "question", "definition", "seed")


def write_card(training: Training, facts: Facts, figures: Mapping[str, str], folder: Path) -> None:
    """Write ``card.md`` and ``card.html`` from one text.

    Parameters
    ----------
    training : Training
        A finished training.
    facts : Facts
        What is reported beside it.
    figures : mapping
        Name to SVG text; ``card.md`` points to ``figures/<name>.svg``, the page holds them.
    folder : Path
        Of the model.
    """
    text = card_text(training, facts, figures)
    (folder / "card.md").write_text(text, encoding="utf-8", newline="\n")
    page = card_page(text, figures, title=f"{training.model.name} version {training.model.version}")
    (folder / "card.html").write_text(page, encoding="utf-8", newline="\n")


def card_text(training: Training, facts: Facts, figures: Mapping[str, str]) -> str:
    """Fill the card, in Markdown; the same training gives the same text.

    Parameters
    ----------
    training : Training
        A finished training.
    facts : Facts
        What is reported beside it.
    figures : mapping
        Name to SVG text.

    Returns
    -------
    str

    References
    ----------
    Mitchell et al., FAT* 2019, doi:10.1145/3287560.3287596 (model cards);
    Collins et al., BMJ 2024, doi:10.1136/bmj-2023-078378 (TRIPOD+AI).
    """
    environment = _environment(finalize=_for_markdown)
    environment.filters |= {"fixed": fixed, "percent": percent, "p": p_value, "words": in_words}
    evaluation = everything(training, facts)
    text = environment.get_template("card.md").render(
        training=training,
        model=training.model,
        rule=training.model.rule,
        test=training.test,
        facts=facts,
        results=family_results(evaluation, training.family),
        baseline=BASELINE,
        repeats=evaluation.of(training.family)["repeat"].nunique(),
        folds=evaluation.n_folds,
        fit=calibration(evaluation.of(training.family)),
        threshold=_threshold(training),
        detection=_detection(training),
        leading=_leading(explain(training)),
        panels=training.model.assays["panel"]
        .replace("", "panel not stated")
        .value_counts(sort=False)
        .to_dict(),
        figure=_figure_line(figures),
        reasons=REASONS,
        prevalences=ASSUMED_PREVALENCES,
        offset_sd=ASSUMED_OFFSET_SD,
        settings=_settings(facts),
        choices=training.choices,
        searches=summarise_searches(training.searches),
        stop_after=flatten(facts.settings).get("learning.stop_after_minutes", 0),
        sites=facts.sites.results() if facts.sites else [],
        detail=validation_detail(training),
        subgroups=facts.subgroups,
        curve=curve_rows(facts.curve),
        found=_found(facts),
        kept=[fixed(float(share)) for share in training.model.scorer.effects.kept],
        site_unknown=flatten(facts.settings).get("data.site") == "unknown",
        not_computed=NOT_COMPUTED,
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _found(facts: Facts) -> list[dict[Hashable, Any]] | None:
    """Rows of the map, one a size and leak, with the worth of a flag where a quarter is skewed."""
    if facts.found is None:
        return None
    middle = ASSUMED_PREVALENCES[1]
    return facts.found[facts.found["prevalence"] == middle].to_dict("records")


def card_page(text: str, figures: Mapping[str, str], *, title: str) -> str:
    """Turn a card's Markdown into one page that needs no other file.

    Parameters
    ----------
    text : str
        The card in Markdown.
    figures : mapping
        Name to SVG text, set in place of the images.
    title : str
        Of the browser's window.

    Returns
    -------
    str
    """
    from markdown_it import MarkdownIt

    def picture(renderer: Any, tokens: Sequence[Any], place: int, *rest: Any) -> str:
        """SVG text in place of an image."""
        return figures[Path(tokens[place].attrs["src"]).stem]

    def quotation(renderer: Any, tokens: Sequence[Any], place: int, *rest: Any) -> str:
        """Red where the text is a warning."""
        warns = any(token.content.startswith(WARNING) for token in tokens[place : place + 3])
        return '<blockquote class="danger">\n' if warns else "<blockquote>\n"

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("image", picture)
    markdown.add_render_rule("blockquote_open", quotation)
    template = _environment().get_template("card.html")
    return template.render(title=title, body=markdown.render(text)) + "\n"


def fixed(value: float | None, digits: int = 2) -> str:
    """Write a number with a fixed number of digits.

    Parameters
    ----------
    value : float or None
        Not computed where None or not a number.
    digits : int, default 2
        After the point.

    Returns
    -------
    str

    Examples
    --------
    >>> fixed(-0.001), fixed(float("nan")), fixed(float("inf"))
    ('0.00', 'not computed', 'none')
    """
    if value is None or math.isnan(value):
        return NOT_COMPUTED
    if math.isinf(value):
        return "none"
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def percent(share: float, digits: int = 0) -> str:
    """Write a share in percent.

    Parameters
    ----------
    share : float
        Between 0 and 1.
    digits : int, default 0
        After the point.

    Returns
    -------
    str

    Examples
    --------
    >>> percent(0.125, 1)
    '12.5%'
    """
    text = fixed(100 * share, digits)
    return text if text == NOT_COMPUTED else f"{text}%"


def p_value(p: float) -> str:
    """Write a p-value, with its sign.

    Parameters
    ----------
    p : float
        Between 0 and 1.

    Returns
    -------
    str

    Examples
    --------
    >>> p_value(0.0495), p_value(0.0001)
    ('= 0.050', '< 0.001')
    """
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def in_words(items: Sequence[Any] | Mapping[Any, Any]) -> str:
    """Join items, or names with their counts, with commas; ``none`` when there are none.

    Parameters
    ----------
    items : sequence or mapping
        Of anything that can be written.

    Returns
    -------
    str

    Examples
    --------
    >>> in_words({"AD": 30, "HC": 32}), in_words([])
    ('AD 30, HC 32', 'none')
    """
    if isinstance(items, Mapping):
        items = [f"{key} {value}" for key, value in items.items()]
    return ", ".join(map(str, items)) or "none"


def _environment(finalize: Callable[[Any], Any] | None = None) -> Environment:
    return Environment(
        loader=PackageLoader("stratify.reporting"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )


class _Markdown(str):
    """Text that already is Markdown."""

    __slots__ = ()


def _for_markdown(value: Any) -> Any:
    """Keep what a name holds from being read as Markdown or HTML."""
    if not isinstance(value, str) or isinstance(value, _Markdown):
        return value
    text = re.sub(r"([\\`*\[\]<>|#])", r"\\\1", " ".join(value.split()))
    return re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", text)


def _figure_line(figures: Mapping[str, str]) -> Callable[[str], str]:
    def line(name: str) -> str:
        if name not in figures:
            return _Markdown(f"Figure {name}: {NOT_COMPUTED}.")
        return _Markdown(f"![{_for_markdown(alt_text(figures[name]))}](figures/{name}.svg)")

    return line


def _settings(facts: Facts) -> dict[str, str]:
    """Write settings for a reader, less those that stand elsewhere in the card."""
    settings = flatten(facts.settings).items()
    shown = {key: value for key, value in settings if key not in SAID_ELSEWHERE and key[:5] != "data."}
    return {key: in_words(value if isinstance(value, list) else [value]) for key, value in shown.items()}


def _threshold(training: Training) -> dict[str, float]:
    """Numbers of the locked threshold: as a score, as magnitude in healthy SDs, as relative size."""
    model = training.model
    healthy, rule = model.healthy, model.rule
    negatives = int((training.problem.y == 0).sum())
    smallest_p = 1 / (1 + negatives)
    if not healthy.known:
        return {"smallest_p": smallest_p}
    z = healthy.reach(rule.healthy_tail)
    return {
        "smallest_p": smallest_p,
        "z": z,
        "score": healthy.mean + z * healthy.sd,
        "size": z * healthy.sd / healthy.unit,
        "relevant_z": healthy.in_sds(rule.smallest_relevant_size),
    }


def _detection(training: Training) -> dict[str, Any]:
    """Proteins that were above their detection limit in fewer than half of the samples."""
    model = training.model
    hidden = model.detectability < 0.5
    lead = _on_axis(model, model.rule.lead)
    genes = model.assays["gene"].to_numpy()
    weight = float(model.scorer.importance()[hidden].sum())
    return {
        "hidden": int(hidden.sum()),
        "weight": weight,
        "lead": genes[hidden & lead].tolist(),
        "n_lead": int(lead.sum()),
    }


def _on_axis(model: FrozenModel, axis: str) -> np.ndarray:
    if axis not in model.axes.names:
        return np.zeros(len(model.assays), dtype=bool)
    return model.axes.weights[model.axes.names.index(axis)] > 0


def _leading(explanation: Explanation) -> dict[str, Any]:
    rows = explanation.leading().head(N_LEADING)
    return {"proteins": list(rows.itertuples()), "pathways": explanation.leading_pathways().to_dict()}
