"""Reports of :mod:`riskmodels.imaging.image_metrics` as tables: plain text for the command line, and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from riskmodels.evaluation.report import words

Json = dict[str, Any]

LABELS = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "auroc": "AUROC",
    "auprc": "AUPRC",
    "brier": "Brier score",
    "log_loss": "Log loss",
    "quadratic_kappa": "Kappa, quadratic weights",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "ppv": "Positive predictive value",
    "npv": "Negative predictive value",
    "f1": "F1",
    "macro_f1": "F1, mean over classes",
}
#: of these a report on more than two classes holds means over classes
_MEANS = ("auroc", "sensitivity", "specificity", "ppv", "npv", "f1")
_COUNTS = {
    "true_positive": "true positive",
    "false_positive": "false positive",
    "false_negative": "false negative",
    "true_negative": "true negative",
}


class Table(NamedTuple):
    """A table for people: heading ("" for none), header and rows; the first column is text, the others are figures."""

    title: str
    header: list[str]
    rows: list[list[str]]


def report_lines(report: Json) -> list[str]:
    """A report as lines for the command line.

    Args:
        report: of :func:`~riskmodels.imaging.image_metrics.classification_report` or
            :func:`~riskmodels.imaging.image_metrics.binary_report`, or the same read back from JSON.
    """
    lines = [introduction(report)]
    for table in _tables(report):
        lines += ["", *([table.title] if table.title else []), *_aligned(table)]
    return lines


def report_markdown(report: Json, title: str = "", level: int = 3) -> str:
    """A report as Markdown.

    Args:
        report: as :func:`report_lines`.
        title: heading; none when empty.
        level: of the heading.

    Returns:
        Markdown, ending with a line break.
    """
    parts = [f"{'#' * level} {title}"] if title else []
    parts.append(introduction(report))
    for table in _tables(report):
        parts += [table.title] if table.title else []
        parts.append(markdown_table(table.header, table.rows))
    return "\n\n".join(parts) + "\n"


def introduction(report: Json) -> str:
    """How many pictures, what is called present, and what stands in brackets."""
    plan = report["bootstrap"]
    whom = "patients" if plan["by_patient"] else "pictures"
    brackets = (
        f"In brackets: {100 * plan['level']:g} % bootstrap intervals "
        f"({plan['replicates']:,} draws of {whom}; for a share of exactly 0 or 1 Wilson's)."
    )
    if report["kind"] == "finding":
        threshold = "" if report["threshold"] is None else f"; called present from {report['threshold']:.3g}"
        return f"{report['n']:,} pictures, {report['events']:,} with the finding{threshold}. {brackets}"
    return f"{report['n']:,} pictures of {len(report['classes'])} classes; called: {report['rule']}. {brackets}"


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown: the first column to the left, the others to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *[[_escaped(cell) for cell in row] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _tables(report: Json) -> list[Table]:
    rows = [[_label(report, name), words(found)] for name, found in report["metrics"].items()]
    tables = [Table("", ["metric", "value"], rows)]
    if report["kind"] == "finding":
        counts = report["counts"]
        if counts:
            tables.append(Table("", ["call", "pictures"], [[_COUNTS[k], f"{n:,}"] for k, n in counts.items()]))
        return tables
    return [*tables, _by_class(report), _confusion(report)]


def _label(report: Json, name: str) -> str:
    label = LABELS[name]
    if report["kind"] == "classes" and name in _MEANS:
        label += f" of “{report['positive']}”" if report["positive"] else ", mean over classes"
    return label


def _by_class(report: Json) -> Table:
    names = ("auroc", "sensitivity", "specificity", "ppv", "npv", "f1")
    short = {"auroc": "AUROC", "ppv": "PPV", "npv": "NPV", "f1": "F1"}
    rows = [[c["name"], f"{c['n']:,}", *(words(c[name]) for name in names)] for c in report["by_class"]]
    return Table("Each class against the rest", ["class", "n", *(short.get(n, n) for n in names)], rows)


def _confusion(report: Json) -> Table:
    rows = [[name, *(f"{n:,}" for n in row)] for name, row in zip(report["classes"], report["confusion"], strict=True)]
    return Table("What they are (rows), as what they are called (columns)", ["", *report["classes"]], rows)


def _aligned(table: Table) -> list[str]:
    lines = [table.header, *table.rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(table.header))]
    return [
        "  ".join([line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]).rstrip()
        for line in lines
    ]


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")
