"""The model card: Markdown, page and JSON, filled from one set of facts."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from stratify.learning.decision import REASONS
from stratify.learning.training import Training
from stratify.reporting.canvas import alt_text
from stratify.reporting.card_metadata import metadata_header
from stratify.reporting.facts import Facts
from stratify.reporting.raw_facts import raw_facts
from stratify.reporting.record import BASELINE, card_facts, run_record
from stratify.reporting.traced import count, mark, path_of, statements, trace, tracing, unmarked

NOT_COMPUTED = "not computed"
CARD_FORMAT = 1
WARNING = "**WARNING"
SAID_ELSEWHERE = ("name", "version", "question", "definition", "seed")


def write_card(facts: Mapping[str, Any], figures: Mapping[str, str], folder: Path) -> None:
    """Write ``card.md``, ``card.html`` and ``card.json`` from the same facts.

    Parameters
    ----------
    facts : mapping
        As from `stratify.reporting.record.card_facts`.
    figures : mapping
        Name to SVG text; ``card.md`` points to ``figures/<name>.svg``, the page holds them.
    folder : Path
        Of the model.
    """
    for name, text in card_files(facts, figures).items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def card_files(facts: Mapping[str, Any], figures: Mapping[str, str]) -> dict[str, str]:
    """Make every form of a card; the same facts give the same bytes.

    Parameters
    ----------
    facts : mapping
        As from `stratify.reporting.record.card_facts`.
    figures : mapping
        Name to SVG text.

    Returns
    -------
    dict of str
        File name to text.
    """
    marked = marked_text(facts)
    text = unmarked(marked)
    model = facts["model"]
    stated = {"format": CARD_FORMAT, "facts": facts, "statements": statements(marked)}
    return {
        "card.md": metadata_header(facts) + text,
        "card.html": card_page(text, figures, title=f"{model['name']} version {model['version']}"),
        "card.json": json.dumps(stated, indent=1, ensure_ascii=False, allow_nan=False) + "\n",
    }


def card_text(training: Training, facts: Facts, figures: Mapping[str, str]) -> str:
    """Fill the card of a training, in Markdown; the same training gives the same text.

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
    """
    raw = raw_facts(training, facts)
    return unmarked(marked_text(card_facts(run_record(training, facts, raw), raw, alt_texts(figures))))


def alt_texts(figures: Mapping[str, str]) -> dict[str, str]:
    """Read what each figure says it shows."""
    return {name: alt_text(svg) for name, svg in sorted(figures.items())}


def marked_text(facts: Mapping[str, Any]) -> str:
    """Fill the card, each fact between marks that hold its path (`stratify.reporting.traced`).

    Parameters
    ----------
    facts : mapping
        As from `stratify.reporting.record.card_facts`.

    Returns
    -------
    str

    References
    ----------
    Mitchell et al., FAT* 2019, doi:10.1145/3287560.3287596 (model cards);
    Collins et al., BMJ 2024, doi:10.1136/bmj-2023-078378 (TRIPOD+AI).
    """
    environment = _environment(finalize=_for_markdown)
    written: dict[str, Callable[..., str]] = {"fixed": fixed, "percent": percent, "p": p_value}
    environment.filters |= {name: tracing(one) for name, one in written.items()}
    environment.filters |= {"words": in_marked_words, "number_of": count, "capital": tracing(_capital)}
    traced = trace(facts)
    run = traced["run"]
    text = environment.get_template("card.md").render(
        facts=run,
        summary=traced["summary"],
        model=traced["model"],
        rule=traced["model"]["rule"],
        test=run["permutation_test"],
        results=run["families"],
        baseline=BASELINE,
        fit=run["calibration"],
        threshold=traced["model"]["threshold"],
        detection=traced["model"]["detection"],
        explained=run.get("explanation"),
        figure=_figure_line(traced["figures"]),
        reasons=REASONS,
        settings=_settings(run["settings"]),
        choices=run["family_choice"],
        searches=run["searches"],
        stop_after=run["settings"].get("learning.stop_after_minutes", 0),
        sites=run["sites"] or [],
        detail=run["validation"],
        subgroups=run["subgroups"],
        curve=run["curve"],
        found=traced["found"],
        checklists=traced["checklists"],
        site_unknown=run["settings"].get("data.site") == "unknown",
        not_computed=NOT_COMPUTED,
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


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
    return template.render(title=title, body=_folded(markdown.render(text))) + "\n"


def _folded(body: str) -> str:
    """Put each appendix under its heading, closed until it is asked for."""
    first, *rest = body.split("<h2>Appendix: ")
    parts = [one.partition("</h2>") for one in rest]
    told = [
        f"<details>\n<summary><h2>Appendix: {name}</h2></summary>{text}</details>\n"
        for name, _, text in parts
    ]
    return first + "".join(told)


def fixed(value: float | str | None, digits: int = 2) -> str:
    """Write a number with a fixed number of digits.

    Parameters
    ----------
    value : float, text of one, or None
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
    value = math.nan if value is None else float(value)
    if math.isnan(value):
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
    """Keep what a name holds from being read as Markdown or HTML, and mark what comes from a fact."""
    if isinstance(value, _Markdown) or isinstance(value, bool) or value is None:
        return value
    text = _escaped(value) if isinstance(value, str) else str(value)
    return _Markdown(mark(text, path_of(value)))


def _escaped(value: str) -> str:
    text = re.sub(r"([\\`*\[\]<>|#])", r"\\\1", " ".join(value.split()))
    return re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", text)


def in_marked_words(items: Sequence[Any] | Mapping[Any, Any]) -> str:
    """Join facts, or names with their counts, with commas, each marked; ``none`` when there are none.

    Parameters
    ----------
    items : sequence or mapping
        Traced facts.

    Returns
    -------
    str
    """
    if isinstance(items, Mapping):
        return _Markdown(in_words([f"{_for_markdown(k)} {_for_markdown(v)}" for k, v in items.items()]))
    return _Markdown(in_words([_for_markdown(item) for item in items]))


def _figure_line(alts: Mapping[str, str]) -> Callable[[str], str]:
    def line(name: str) -> str:
        if name not in alts:
            return _Markdown(f"Figure {name}: {NOT_COMPUTED}.")
        return _Markdown(f"![{_for_markdown(alts[name])}](figures/{name}.svg)")

    return line


def _settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """List settings for a reader, less those that stand elsewhere in the card."""
    return {
        key: value if isinstance(value, list) else [value]
        for key, value in settings.items()
        if key not in SAID_ELSEWHERE and key[:5] != "data."
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
