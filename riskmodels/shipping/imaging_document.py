"""docs/imaging_card.md, written from the cards of the image models and the RetinaMNIST result, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riskmodels import ROOT
from riskmodels.evaluation.report import NOT_ESTIMABLE, words
from riskmodels.imaging.image_report import LABELS, introduction, markdown_table, report_markdown
from riskmodels.imaging.model import HEART_SIZE
from riskmodels.imaging.registry import Found
from riskmodels.shipping.shift_document import deletion_section, former_section, shift_section

PAGE = ROOT / "docs" / "imaging_card.md"

#: published on the same split (28 × 28 pixels): accuracy and AUC as a mean over classes of one against the rest.
#: Source: Yang 2023, MedMNIST v2, doi 10.1038/s41597-022-01721-8
PUBLISHED = (("ResNet-18, 28 px", 0.524, 0.717), ("Google AutoML Vision", 0.531, 0.750))
_FINDING = ("auroc", "auprc", "brier", "sensitivity", "specificity", "ppv", "npv")
_PARTS = {"test": "test", "val": "validation"}
#: figures of a measurement, as riskmodels/shipping/heart_size.py writes them
MEASUREMENT = {
    "heart_dice": "Overlap of the heart with the drawn one (Dice)",
    "lung_dice": "Overlap of the lungs with the drawn ones (Dice)",
    "ratio_mae": "Ratio: mean absolute difference",
    "ratio_bias": "Ratio: mean difference, measured − drawn",
    "limit_low": "Ratio: lower limit of agreement (mean − 1.96 SD)",
    "limit_high": "Ratio: upper limit of agreement (mean + 1.96 SD)",
    "interval_coverage": "Films whose drawn ratio lies in the 90 % interval",
    "accuracy": "Right at the threshold of 0.5",
    "sensitivity": "Sensitivity for a drawn ratio above 0.5",
    "specificity": "Specificity for a drawn ratio above 0.5",
}
_HEAD = """# Image models: card

Written by `make train-imaging` from `data/image_models/*/card.json`; do not edit. `python -m riskmodels imaging card`
writes it again from the cards alone. In brackets stand 95 % bootstrap intervals over test pictures; the intervals shown
in the app are 90 %.

**Intended use.** A second look for care teams at pictures of the kind that each model was trained on. **Not for**: a
diagnosis, children, other cameras or views than those named below, or pictures of anything else: before any number the
app looks at the file, at its quality and at how far it is from the training pictures, and refuses with the reason.

**How figures were made.** Everything that is chosen (when to stop, calibration, thresholds, the limit beyond which a
picture is called strange) is chosen on validation pictures by the code; test pictures choose nothing. The figures are
those of the weights as rounded for shipping."""
_SUBGROUPS = """## Subgroups

The data hold neither age nor sex nor ethnicity, so no subgroup could be measured: it is not known whether the models
serve women and men, age groups or people of different origin equally well, and no such claim may be made. Other
clinics, other cameras and other shares of sick people will give other figures, predictive values first."""
_COMMANDS = """## The commands that made these figures

```
make train-imaging                              # all of it, from ../shared
python -m riskmodels imaging ship --only retina
python -m riskmodels imaging ship --only heart_size
python -m riskmodels imaging interval           # the interval of the heart size only, with the shipped weights
python -m riskmodels imaging ship --only retinamnist
python -m riskmodels imaging judge              # thresholds, figures and the site's trial again, same weights
python -m riskmodels imaging card               # this page, from the cards
python -m riskmodels imaging calibrate --data FOLDER --labels CSV   # for one's own camera; not described here
python -m riskmodels imaging train --data FOLDER --task NAME   # a model of one's own; it is not described here
```"""


def imaging_card(found: Mapping[str, Found], retinamnist: Mapping[str, Any] | None = None) -> str:
    """The page as Markdown.

    Args:
        found: the models to describe, by name.
        retinamnist: the benchmark's result: ``runs`` (seed, acc, auc) and ``mean``; that on a model's card when None.
    """
    cards = [model.card for model in found.values()]
    benchmark = retinamnist or next((card["retinamnist"] for card in cards if "retinamnist" in card), None)
    sections = [_HEAD, *(_model(card) for card in cards)]
    sections += [_benchmark(benchmark)] if benchmark else []
    return "\n\n".join([*sections, _SUBGROUPS, _COMMANDS]) + "\n"


def _model(card: Mapping[str, Any]) -> str:
    sections = [f"## {card['title']}", _facts(card)]
    for title, key in (
        ("Data", "data"),
        ("Split", "split"),
        ("Defects found in the data", "defects"),
        ("Interval", "interval"),
    ):
        sections += [f"### {title}\n\n{_listed(card[key])}"] if card.get(key) else []
    sections += [_intervals(card["intervals"])] if card.get("intervals") else []
    for part, metrics in _by_part(card.get("metrics") or {}).items():
        sections.append(_metrics(card, metrics, _PARTS.get(part, part)))
    sections += [_points(card)] if card.get("points") else []
    if "former" in card:
        labels = {q["name"]: q["label"] for q in card.get("questions", ())}
        sections.append(former_section(card["metrics"]["test"], card["former"], labels))
    if "camera_shift" in card:
        sections.append(shift_section(card["camera_shift"], card.get("former", ())))
    if "deletion" in card:
        sections.append(deletion_section(card["deletion"]))
    sections += [_site_trial(card["site_trial"])] if card.get("site_trial") else []
    sections += [f"### Limits\n\n{_listed(card['limits'])}"] if card.get("limits") else []
    return "\n\n".join(sections)


def _intervals(rows: Sequence[Mapping[str, Any]]) -> str:
    """The interval as it was and as it is, side by side."""
    table = [[row["set on"], f"± {row['half']:.4f}", words(row["coverage"])] for row in rows]
    return markdown_table(["90 % interval set on", "ratio", "test films whose drawn ratio it holds"], table)


def _facts(card: Mapping[str, Any]) -> str:
    lines = [str(card.get("about", "")), ""]
    if "version" in card:
        lines.append(f"- Version {card['version']}, weights SHA-256 `{card['weights_sha256'][:16]}…`")
    for title, key in (
        ("How it was trained", "config"),
        ("Training", "training"),
        ("Network", "network"),
        ("Run again", "repeated"),
        ("Test pictures and the app's checks", "refusals"),
    ):
        lines += [f"- {title}: {_plain(card[key])}"] if card.get(key) else []
    return "\n".join(lines).strip()


def _listed(value: Any) -> str:
    """A text as it is, a list as points, a dictionary as points with names."""
    if isinstance(value, Mapping):
        return "\n".join(f"- {_title(key)}: {_plain(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(f"- {item}" for item in value)
    return str(value)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{str(k).replace('_', ' ')} {_plain(v)}" for k, v in value.items() if v is not None)
    if isinstance(value, list | tuple):
        return ", ".join(_plain(item) for item in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _title(key: str) -> str:
    text = str(key).replace("sha256", "SHA-256").replace("_", " ")
    return text[:1].upper() + text[1:]


# ── metrics ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _by_part(metrics: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Metrics by part, the test part first; those that name no part are of the test part."""
    if metrics and metrics.keys() <= _PARTS.keys():
        return {part: metrics[part] for part in _PARTS if part in metrics}
    return {"test": metrics} if metrics else {}


def _metrics(card: Mapping[str, Any], metrics: Mapping[str, Any], part: str) -> str:
    """Findings in one table, classifications one by one, everything else as named figures."""
    of = "films" if card.get("kind") == HEART_SIZE else "pictures"
    sections = [f"### On {part} {of}"]
    if part == "test" and card.get("test"):
        sections.append(_counted(card["test"]))
    if part == "validation":
        sections.append("What was chosen on them makes these look better than they are.")
    findings = {k: v for k, v in metrics.items() if _kind(v) == "finding"}
    if findings:
        sections += [_brackets(next(iter(findings.values()))), _finding_table(card, findings)]
    sections += [report_markdown(v, _title(k), 4).rstrip() for k, v in metrics.items() if _kind(v) == "classes"]
    others = {k: v for k, v in metrics.items() if not _kind(v)}
    if others:
        rows = [list(row) for row in _figures(others)]
        sections.append(markdown_table(["", "value"], rows))
    return "\n\n".join(sections)


def _counted(counts: Mapping[str, Any]) -> str:
    """What was counted beside the metrics, and what stands in brackets."""
    plan = counts.get("bootstrap")
    brackets = (
        f"In brackets: {100 * plan['level']:g} % bootstrap intervals ({plan['replicates']:,} draws)." if plan else ""
    )
    points = "\n".join(f"- {_title(k)}: {_plain(v)}" for k, v in counts.items() if k != "bootstrap")
    return f"{points}\n\n{brackets}".strip()


def _brackets(report: Mapping[str, Any]) -> str:
    """What stands in brackets, once for all findings."""
    text = introduction(dict(report))
    return text[text.index("In brackets") :]


def _kind(value: Any) -> str:
    return str(value.get("kind", "")) if isinstance(value, Mapping) else ""


def _finding_table(card: Mapping[str, Any], findings: Mapping[str, Any]) -> str:
    labels = {q["name"]: q["label"] for q in card.get("questions", ())}
    rows = [
        ["pictures", *(f"{r['n']:,}" for r in findings.values())],
        ["with the finding", *(f"{r['events']:,}" for r in findings.values())],
        ["threshold for screening", *(_threshold(r["threshold"]) for r in findings.values())],
        *([LABELS[m], *(words(r["metrics"][m]) for r in findings.values())] for m in _FINDING),
    ]
    return markdown_table(["", *(labels.get(name, _title(name)) for name in findings)], rows)


def _points(card: Mapping[str, Any]) -> str:
    """Both thresholds of every finding, and what they do on test pictures."""
    rows = []
    for question in card.get("questions", ()):
        told = card["points"].get(question["name"], {})
        for name, threshold in (("screening", question["threshold"]), ("confirmation", question.get("confirmation"))):
            both = [
                words(told[name][rate]) if name in told else NOT_ESTIMABLE for rate in ("sensitivity", "specificity")
            ]
            rows.append([question["label"], name, _threshold(threshold), *both])
    share = [
        f"{question['label']} {100 * question['prevalence']:.0f} %"
        for question in card.get("questions", ())
        if question.get("prevalence") is not None
    ]
    return "\n\n".join(
        [
            "### Two thresholds",
            "Chosen on validation pictures: for screening at least 95 % of those with the finding reach it, for "
            "confirmation at least 95 % of those without it stay below. Measured on test pictures: sensitivity and "
            "specificity with 95 % intervals. No sentence is reassuring above the finding's share among the training "
            f"pictures: {', '.join(share) or 'not kept'}.",
            markdown_table(["finding", "for", "threshold", "sensitivity", "specificity"], rows),
        ]
    )


def _site_trial(trial: Mapping[str, Any]) -> str:
    """A site's calibration tried on photos through a simulated camera."""
    rows = [
        [label, LABELS[metric], words(told["before"][metric]), words(told["after"][metric])]
        for label, told in trial["questions"].items()
        for metric in ("auroc", "brier")
    ]
    near = trial["recognised"]
    return "\n\n".join(
        [
            "### A site's own calibration, tried",
            f"{trial['measured_on']} test photos through a simulated second camera (“{trial['camera']}” of the "
            f"camera-shift test), before and after a calibration on {trial['calibrated_on']} validation photos through "
            f"the same camera; cross-validation on those chose: {trial['method']}. The command is "
            "`python -m riskmodels imaging judge`. A simulated camera is no other clinic: there people and graders "
            "differ as well.",
            markdown_table(["finding", "", "as shipped", "calibrated"], rows),
            f"Told as the site's by the statistics of its camera: {100 * near['through this camera']:.0f} % of the "
            f"test photos through that camera, {100 * near['as they are']:.0f} % of them as they are.",
            trial["why"],
        ]
    )


def _threshold(value: float | None) -> str:
    return NOT_ESTIMABLE if value is None else f"{value:.3g}"


def _figures(metrics: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    """Figures with their names, however deep they stand: [value, low, high], a number, or a text."""
    rows: list[tuple[str, str]] = []
    for key, value in metrics.items():
        label = MEASUREMENT.get(key, _title(key))
        name = f"{before}, {label.lower()}" if before else label
        if isinstance(value, Mapping):
            rows += _figures(value, name)
        elif isinstance(value, list | tuple) and len(value) == 3:
            rows.append((name, words(value)))
        else:
            rows.append((name, f"{value:.3f}" if isinstance(value, float) else _plain(value)))
    return rows


# ── RetinaMNIST ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _benchmark(result: Mapping[str, Any]) -> str:
    runs, mean = result["runs"], result["mean"]
    rows = [[name, f"{acc:.3f}", f"{auc:.3f}"] for name, acc, auc in PUBLISHED]
    rows += [
        [f"this code, seed {run.get('seed', n)}", f"{run['acc']:.3f}", f"{run['auc']:.3f}"]
        for n, run in enumerate(runs)
    ]
    rows.append([f"**this code, mean of {len(runs)} seeds**", f"**{mean['acc']:.3f}**", f"**{mean['auc']:.3f}**"])
    return "\n\n".join(
        [
            "## RetinaMNIST beside the published figures",
            "Five grades of retinopathy on pictures of 28 × 28 pixels, the data set's own split, 400 test pictures. "
            "Accuracy is that of the most probable grade; AUC is the mean over grades of one against the rest. "
            "Published: Yang J et al., MedMNIST v2, Scientific Data 2023;10:41, doi 10.1038/s41597-022-01721-8. "
            "Source images: DeepDRiD, Liu R et al., Patterns 2022;3:100512; RetinaMNIST is CC BY 4.0.",
            markdown_table(["", "accuracy", "AUC"], rows),
            _verdict(mean),
            "It compares code on the same pictures and is no clinical result: at 28 pixels lesions cannot be seen. "
            "Ours starts from ImageNet weights, unlike the published ResNet.",
        ]
    )


def _verdict(mean: Mapping[str, float]) -> str:
    """How the mean stands to each published figure, in words."""
    parts = []
    for key, name, place in (("acc", "accuracy", 1), ("auc", "AUC", 2)):
        for row in PUBLISHED:
            published = float(str(row[place]))
            side = "above" if mean[key] > published else "not above"
            parts.append(f"{name} {mean[key]:.3f} is {side} {row[0]}'s {published:.3f}")
    return "The mean's " + "; its ".join(parts) + "."
