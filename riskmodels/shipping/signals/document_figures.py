"""The figures on the cards of the models of signals as Markdown tables: in goes a card, out come sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from riskmodels.imaging.image_report import markdown_table

NOT_KNOWN = "–"
#: rows of a forecast's table: where in the figures, what it is called, decimals
_FORECAST = (
    (("rmse30",), "RMSE at 30 min, mg/dL", 2),
    (("rmse60",), "RMSE at 60 min, mg/dL", 2),
    (("mae30",), "Mean absolute error at 30 min, mg/dL", 2),
    (("mae60",), "Mean absolute error at 60 min, mg/dL", 2),
    (("coverage30",), "Readings inside the 90 % interval, 30 min", 3),
    (("coverage60",), "Readings inside the 90 % interval, 60 min", 3),
    (("width30",), "Width of that interval at 30 min, mg/dL", 0),
    (("width60",), "Width of that interval at 60 min, mg/dL", 0),
    (("lows", "auroc"), "Low within 60 min: AUROC", 3),
    (("lows", "auprc"), "Low within 60 min: AUPRC", 3),
    (("lows", "at sensitivity 0.8", "ppv"), "Low: predictive value at 80 % sensitivity", 3),
    (("lows", "at sensitivity 0.8", "warnings a day"), "Low: warnings a day at that", 1),
)
_BEATS = (("sensitivity", "sensitivity"), ("ppv", "predictive value"), ("f1", "F1"))
_FOUND = (
    ("sensitivity", "sensitivity"),
    ("positive_predictive_value", "predictive value"),
    ("ventricular_sensitivity", "sensitivity for ventricular beats"),
)


def figure(value: Any, decimals: int = 3) -> str:
    """``0.944 (0.850–0.991)`` for a value with its interval, ``0.944`` for one without, a dash for none."""
    if isinstance(value, list | tuple) and value:
        first, *ends = (NOT_KNOWN if part is None else f"{float(part):.{decimals}f}" for part in value)
        return first if NOT_KNOWN in ends or not ends else f"{first} ({'–'.join(ends)})"
    return f"{float(value):.{decimals}f}" if isinstance(value, int | float) else NOT_KNOWN


def at(card: Any, *names: str) -> Any:
    """What stands at a place of a card; None where it does not go so deep."""
    for name in names:
        card = card.get(name) if isinstance(card, Mapping) else None
    return card


# ── forecast ────────────────────────────────────────────────────────────────────────────────────────────────────────


def forecast_sections(card: Mapping[str, Any]) -> Iterator[str]:
    """A table a set of people, each method a column; then errors by person."""
    metrics = card.get("metrics") or {}
    for name, methods in (metrics.get("test") or {}).items():
        yield _forecast_table(f"Test: {name}", methods)
    for name, methods in metrics.items():
        if name.startswith("validation"):
            yield _forecast_table(f"{name[:1].upper()}{name[1:]}, where choices were made", methods)
    if metrics.get("by person"):
        yield _forecast_people(metrics["by person"])


def _forecast_table(title: str, methods: Mapping[str, Any]) -> str:
    own = {name: figures for name, figures in methods.items() if isinstance(figures, Mapping) and "windows" in figures}
    if not own:
        return f"### {title}\n\nNot measured."
    first = next(iter(own.values()))
    rows = [
        [label, *(figure(at(figures, *path), decimals) for figures in own.values())]
        for path, label, decimals in _FORECAST
        if any(at(figures, *path) is not None for figures in own.values())
    ]
    lows = at(first, "lows", "with a low")
    told = f"{first['windows']:,} moments of {first['people']} people"
    told += f"; {lows:,} of {first['lows']['windows']:,} that were not low already led to a low" if lows else ""
    return f"### {title}\n\n{told}.\n\n{markdown_table(['', *own], rows)}"


def _forecast_people(people: Mapping[str, Any]) -> str:
    methods = [name for name in next(iter(people.values())) if name]
    heads = [f"{method}, {minutes} min" for method in methods for minutes in (30, 60)]
    rows = [
        [
            person,
            f"{at(found, '', 'windows') or 0:,}",
            *(figure(at(found, method, f"rmse{minutes}"), 2) for method in methods for minutes in (30, 60)),
        ]
        for person, found in people.items()
    ]
    return f"### RMSE by person, mg/dL\n\n{markdown_table(['person', 'moments', *heads], rows)}"


# ── ventricular beats ───────────────────────────────────────────────────────────────────────────────────────────────


def ventricular_sections(card: Mapping[str, Any]) -> Iterator[str]:
    """The people kept back in every way that was looked at, beside the published figures; by person; the choice."""
    evaluation = card.get("evaluation") or {}
    rows = [[name, *_beat_figures(found.get("metrics") or {})] for name, found in evaluation.items()]
    rows += [[f"published: {name}", *_beat_figures(found)] for name, found in (card.get("published") or {}).items()]
    if rows:
        yield f"### Test: people of DS2\n\n{_beat_table(rows)}"
    for name, found in evaluation.items():
        if found.get("people") and "without" not in name:
            yield f"### Test by person: {name}\n\n{_people_table(found['people'])}"
    tried = at(card, "training", "cross_validation") or {}
    if tried:
        rows = [[name, *_beat_figures(found.get("metrics") or {})] for name, found in tried.items()]
        yield f"### Cross-validation over people of DS1, where the kind of model was chosen\n\n{_beat_table(rows)}"
    for name, found in (card.get("benchmark") or {}).items():
        yield _benchmark(name, found)


def _beat_figures(metrics: Mapping[str, Any]) -> list[str]:
    return [figure(metrics.get(name)) for name, _ in _BEATS]


def _beat_table(rows: Sequence[Sequence[str]]) -> str:
    return markdown_table(["", *(label for _, label in _BEATS)], [list(row) for row in rows])


def _people_table(people: Sequence[Mapping[str, Any]]) -> str:
    names = list(people[0])
    rows = [[_cell(person.get(name)) for name in names] for person in people]
    return markdown_table([name.replace("_", " ") for name in names], rows)


def _cell(value: Any) -> str:
    """A count or a number of a person, a text as it is."""
    if isinstance(value, float):
        return figure(value)
    return NOT_KNOWN if value is None else str(value)


def _benchmark(name: str, found: Mapping[str, Any]) -> str:
    runs = found["accuracy"]
    rows = [[other, f"{told['accuracy']:.3f}", str(told["runs"]), told["source"]] for other, told in
            found["published"].items()]  # fmt: skip
    rows.append(
        ["**this network**", f"**{found['mean']:.3f}**", str(len(runs)), f"standard deviation {found['sd']:.3f}"]
    )
    return (
        f"### {name}, a benchmark of code and no clinical result\n\n"
        f"{markdown_table(['', 'accuracy', 'runs', 'source'], rows)}"
    )


# ── beats found ─────────────────────────────────────────────────────────────────────────────────────────────────────


def rhythm_sections(measured: Mapping[str, Any]) -> Iterator[str]:
    """How well beats are found and irregular rhythms called, as data/reference/rhythm.json holds it."""
    for half, told in (measured.get("beats") or {}).items():
        rows = [
            [name, *(figure(found[key]) for key, _ in _FOUND)]
            for name, found in told.items()
            if isinstance(found, Mapping)
        ]
        share = f"{100 * told['usable_share_of_beats']:.1f} % of the marked beats lie in stretches that are used."
        yield f"### Beats found in {half}\n\n{share}\n\n{markdown_table(['', *(w for _, w in _FOUND)], rows)}"
        if half == "DS2":
            yield f"### Beats found in DS2 by person\n\n{_people_table(told['people'])}"
    irregular = measured.get("irregular") or {}
    rows = [
        [f"{name}; {part.replace('_', ' ')}", *_irregular(found)]
        for name, parts in irregular.items()
        if isinstance(parts, Mapping)
        for part, found in parts.items()
        if isinstance(found, Mapping)
    ]
    if rows:
        said = (
            f"Windows of {irregular['window_beats']} beats against the published cut-off of "
            f"{irregular['published_cut_off']}, and against one chosen on DS1."
        )
        table = markdown_table(["", "sensitivity", "people", "specificity", "people"], rows)
        yield f"### Irregular rhythm as a sign of atrial fibrillation\n\n{said}\n\n{table}"


def _irregular(found: Mapping[str, Any]) -> list[str]:
    """Sensitivity and specificity, each with the number of people that it is of."""
    return [
        told
        for name in ("sensitivity", "specificity")
        for told in (figure(found.get(name)), _cell(found.get(f"{name}_people")))
    ]
