"""The camera-shift test and the deletion test of a card as Markdown, the former model's figures beside the new ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riskmodels.evaluation.report import words
from riskmodels.imaging.image_report import LABELS, markdown_table
from riskmodels.shipping.camera_shift import UNCHANGED, summary

_COLUMNS = {"auroc": "AUROC", "brier": "Brier", "sensitivity": "sensitivity", "specificity": "specificity"}
_REMOVED = {
    "map": "the map's strongest",
    "grad_cam": "Grad-CAM's hottest",
    "random": "places of the field at random",
    "map_less_grad_cam": "the map's less Grad-CAM's",
}


def shift_section(found: Mapping[str, Any], former: Sequence[Mapping[str, Any]]) -> str:
    """The camera-shift table.

    Args:
        found: from :func:`riskmodels.shipping.camera_shift.camera_shift`, of test photos.
        former: the same of former models with their ``version`` and ``camera_shift``, the first one first.
    """
    last = former[-1] if former else None
    before = last["camera_shift"] if last else None
    titles = ["test photos"]
    for title in (*_COLUMNS.values(), "told as unusual"):
        titles += [f"{title}, former", title] if before else [title]
    rows = [[name, *_cells(part, before.get(name) if before else None)] for name, part in found.items()]
    sections = [
        "### On other cameras, simulated",
        "The test photos through simulated cameras (riskmodels/imaging/cameras.py), referable retinopathy, at the "
        "screening threshold. The network was trained on views through cameras drawn from the same simulation, so a "
        "real camera may do worse. “Told as unusual”: the page then shows a rank, or refuses, and no probability."
        + (f" Former: version {last['version']}." if last else ""),
        markdown_table(titles, rows),
        _in_words(found, "This model"),
        *(_in_words(model["camera_shift"], f"Version {model['version']}") for model in reversed(former)),
    ]
    return "\n\n".join(sections)


def former_section(metrics: Mapping[str, Any], former: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> str:
    """AUROC and Brier score on the test photos as they are, former models' beside the new ones.

    Args:
        metrics: of the test photos, by finding.
        former: ``version`` and ``metrics`` of each, the first one first.
        labels: of the findings.
    """
    rows = []
    for name in former[-1]["metrics"]:
        for metric in ("auroc", "brier"):
            told = [words(model["metrics"][name][metric]) for model in former]
            rows.append([labels.get(name, name), LABELS[metric], *told, words(metrics[name]["metrics"][metric])])
    titles = ["", "", *(f"version {model['version']}" for model in former), "now"]
    return f"### Beside the models before it\n\nTest photos as they are.\n\n{markdown_table(titles, rows)}"


def deletion_section(found: Mapping[str, list[float]]) -> str:
    """The deletion test's table."""
    rows = [[label, "{:.2f} ({:.2f} – {:.2f})".format(*found[key])] for key, label in _REMOVED.items()]
    return "\n\n".join(
        [
            "### What the map's places are worth",
            "Test photos with referable retinopathy; 5 % of the square is blurred until it has the colour of its "
            "surroundings, and the log-odds are read again. Grad-CAM is taken before the last convolution; after it, "
            "it would be the map itself without what speaks against. Mean fall of the log-odds, 95 % bootstrap "
            "interval:",
            markdown_table(["removed", "log-odds fall by"], rows),
        ]
    )


def _cells(part: Mapping[str, float], before: Mapping[str, float] | None) -> list[str]:
    cells = []
    for key in _COLUMNS:
        cells += [f"{before[key]:.3f}", f"{part[key]:.3f}"] if before else [f"{part[key]:.3f}"]
    share = [f"{100 * before['unusual']:.0f} %"] if before else []
    return [*cells, *share, f"{100 * part['unusual']:.0f} %"]


def _in_words(found: Mapping[str, Any], who: str) -> str:
    total = summary(found)
    flagged = (
        f"The Brier score at least doubles through {total['doubled']:.0f} of {len(found) - 1} cameras; of the photos "
        f"through those {100 * total['flagged']:.0f} % are told as unusual."
        if total["doubled"]
        else "Through no camera does the Brier score double."
    )
    return (
        f"{who}: AUROC {found[UNCHANGED]['auroc']:.3f} as they are; through cameras it loses "
        f"{total['auroc_loss']:.3f} in the mean and {total['largest_auroc_loss']:.3f} at most, the mean Brier score is "
        f"{total['brier']:.3f} and the mean specificity {total['specificity']:.3f}. {flagged}"
    )
