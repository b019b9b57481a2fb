"""What docs/model_card.md says from evidence.json: an outcome's evidence in, Markdown tables out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riskmodels.evaluation.evidence import Cells, Flow, Group, Interval, Missing, Narrowing, OutcomeEvidence, Share
from riskmodels.evaluation.evidence_words import origin_words_of
from riskmodels.evaluation.metrics import METRICS
from riskmodels.evaluation.report import NOT_ESTIMABLE, words
from riskmodels.vocabulary import VOCABULARY

#: divisions in the order of the card
_DIVISIONS = ("all", "sex", "age", "sex × age", "origin", "Asian origin", "hospital", "cycle")


def evidence_lines(outcome: str, told: OutcomeEvidence) -> list[str]:
    """The main tables of an outcome.

    Args:
        outcome: its name.
        told: what was measured.

    Returns:
        Blocks of Markdown.
    """
    missing = told["missing"]
    blocks = [f"**{told['sentence']}** Tested on: {told['people']}.", _flow(told["flow"]), _subsets_of_inputs(told)]
    blocks += [_groups(told), " ".join(origin_words_of(told, outcome))]
    blocks += [_shares(missing), _drawn(missing)] if missing else []
    blocks += [_narrowing(told["narrowing"])] if told["narrowing"] else []
    blocks += [_cells(told["cells"])] if told["cells"] else []
    blocks += [_held(told["held"])] if told["held"] else []
    return [block for block in blocks if block]


def _held(found: Mapping[str, Any]) -> str:
    """Who is refused, who has a value held at the edge of the training data, and how right it is with these."""
    reasons = "; ".join(f"{n} {reason}" for reason, n in found["refused"]["reasons"].items())
    lines = [
        f"### Values beyond the training data\n\nOf {found['n']:,} people of 30–79 for whom it holds, refused "
        f"{_percent(found['refused']['share'])}{f' ({reasons})' if reasons else ''}; a value held at the edge for "
        f"{_percent(found['held']['share'])} ({found['held']['n']:,})."
    ]
    rows = [
        [
            group["group"] or "held, higher or lower",
            f"{group['n']:,}",
            f"{group['events']:,}",
            f"{_percent(group['observed'])} ({_percent(group['low'])}–{_percent(group['high'])})",
            f"{_percent(group['predicted'])} ({_percent(group['mean_low'])}–{_percent(group['mean_high'])})",
        ]
        for group in found.get("groups", [])
        if group["n"]
    ]
    header = ["", "n", "events", "observed", "mean estimate (mean ends of its interval)"]
    return "\n\n".join([*lines, _table(header, rows)] if rows else lines)


def _flow(flow: Flow) -> str:
    left = ", ".join(f"{one['n']:,} {one['reason']}" for one in flow["left_out"])
    parts = "; ".join(
        f"{part['label']}: {part['n']:,}" + ("" if part["events"] is None else f" ({part['events']:,} events)")
        for part in flow["parts"]
    )
    lead = f"{flow['source']}: {flow['people']:,}. Left out: {left or 'nobody'}."
    return f"### People\n\n{lead} {parts[0].upper()}{parts[1:]}."


def _subsets_of_inputs(told: OutcomeEvidence) -> str:
    if not told["validation"]:
        return ""
    metrics = list(next(iter(told["validation"].values()))["metrics"])
    rows = [
        [name, f"{v['n']:,}", f"{v['events']:,}", *(_words(v["metrics"][m]) for m in metrics)]
        for name, v in told["validation"].items()
    ]
    return "### By what is known\n\n" + _table(
        ["known", "n", "events", *(METRICS[m].label for m in metrics)], rows
    )  # fmt: skip


def _groups(told: OutcomeEvidence) -> str:
    groups = sorted(told["groups"], key=lambda group: _DIVISIONS.index(group["by"]))
    weighted = any(group["weighted"] for group in groups)
    header = ["", "", "part", "n", "events", "observed", "expected", "ratio", "in the large"]
    rows = [_group(group, weighted) for group in groups]
    more = ["weighted n", "ratio", "in the large"] if weighted else []
    about = "Observed / expected share, and calibration in the large in log-odds (above 0: estimates too low)."
    return f"### Calibration where it is used\n\n{about} {told['weights']}\n\n" + _table([*header, *more], rows)


def _group(group: Group, weighted: bool) -> list[str]:
    plain = group["unweighted"]
    cells = [group["by"], group["level"], group["part"], f"{group['n']:,}"]
    cells += ["–" if group["events"] is None else f"{group['events']:,}"]
    cells += [_percent(plain["observed"]), _percent(plain["expected"]), *_ratio(plain)]
    if weighted:
        cells += [f"{group['n_weighted']:,}", *(_ratio(group["weighted"]) if group["weighted"] else ("", ""))]
    return cells


def _ratio(share: Share) -> tuple[str, str]:
    return _words(share["ratio"], 2), _words(share["in_the_large"], 2)


def _shares(missing: Missing) -> str:
    rows = [
        [
            s["known"],
            f"{s['n']:,}",
            _share(s["inside"]),
            _share(s["inside_refitted"]),
            _points(s["width"]),
            _words(s["auroc"]),
        ]
        for s in missing["by_share"]
    ]
    header = ["inputs known", "n", "full-input estimate within the 90 % interval", "that of a model fitted again"]
    header += ["mean width, points", "AUROC"]
    more = missing["one_more"]
    line = ""
    if more is not None:
        change, narrower = _points(more["change"], signed=True), _share(more["narrower"])
        line = (
            f"\n\nOne more input told ({more['n']:,} people): the interval's width changes by {change} points; it is "
        )
        line += f"narrower for {narrower}."
    return "### Unknown inputs\n\n" + _table(header, rows) + line


def _drawn(missing: Missing) -> str:
    """The twenty subsets in a line: they stand one by one in evidence.json."""
    values = [s["auroc"][0] for s in missing["subsets"] if s["auroc"][0] is not None]
    moved = [s["moved"][0] for s in missing["subsets"] if s["moved"][0] is not None]
    if not moved:
        return ""
    range_ = f"AUROC {min(values):.3f} to {max(values):.3f}; " if values else ""
    text = f"{len(moved)} subsets of inputs as files have them: {range_}mean distance from the full-input estimate"
    return f"{text} {100 * min(moved):.1f} to {100 * max(moved):.1f} points."


def _narrowing(found: Narrowing) -> str:
    most = ", ".join(f"{VOCABULARY[n].label} {100 * share:.0f} %" for n, share in found["most_named"].items())
    named, random, difference = (
        _points(values, digits=2) for values in (found["named"], found["random"], found["difference"])
    )
    return (
        "### The test that would tell most\n\n"
        f"Of {found['n']:,} people with inputs hidden, the true value of the input named first brings the estimate "
        f"{named} points nearer to that with all inputs, that of one drawn by chance {random}; difference {difference}."
        f" Named most: {most}."
    )


def _cells(found: Cells) -> str:
    within = sum(cell["within"] for cell in found["cells"])
    outside = "; ".join(
        f"{c['name']} (n {c['n']:,}: observed {_percent(c['observed'])}, {_percent(c['low'])}–{_percent(c['high'])})"
        for c in found["cells"]
        if not c["within"]
    )
    told = (
        f"In {within} of {len(found['cells'])} cells the observed share lies within the interval after binomial noise"
    )
    return f"### Clinical cells\n\n{told} ({found['interval']})." + (f" Outside: {outside}." if outside else "")


def _words(values: Interval, digits: int = 0) -> str:
    value, low, high = values
    if not digits or value is None:
        return words(values)
    bounds = "" if low is None or high is None else f" ({low:.{digits}f} – {high:.{digits}f})"
    return f"{value:.{digits}f}{bounds}".replace("-", "−")


def _share(values: Interval) -> str:
    value, low, high = values
    if value is None or low is None or high is None:
        return _percent(value)
    return f"{100 * value:.0f} % ({100 * low:.0f} – {100 * high:.0f})"


def _points(values: Interval, *, signed: bool = False, digits: int = 1) -> str:
    value, low, high = values
    if value is None or low is None or high is None:
        return NOT_ESTIMABLE
    sign = "+" if signed else ""
    shown = (f"{100 * number:{sign}.{digits}f}" for number in (value, low, high))
    return "{} ({} – {})".format(*shown).replace("-", "−")


def _percent(value: float | None) -> str:
    return NOT_ESTIMABLE if value is None else f"{100 * value:.1f} %"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
