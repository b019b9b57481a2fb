"""A shipped retina model judged again: thresholds from validation photos, figures from test photos, onto its card."""

from __future__ import annotations

from pathlib import Path

from riskmodels.imaging.classifier import ImageClassifier
from riskmodels.imaging.fitting import choose_thresholds, judged
from riskmodels.shipping import retina
from riskmodels.shipping.say import Say
from riskmodels.shipping.site_trial import site_trial


def judge_retina(shared: Path, out: Path, *, say: Say, device: str | None = None) -> None:
    """Choose the thresholds again and write the figures on the card; the weights stay as they are.

    Args:
        shared: with images/idrid_grading.
        out: folder of the model.
        say: told what happens.
        device: "cpu", "cuda", "mps"; the best there is when None.

    Raises:
        SourceDataError: when the photos are not there.
        ModelFileError: when the model cannot be read.
    """
    model, table = ImageClassifier.load(out, device), retina.read_labels(shared)
    parts = {name: retina.read_part(shared, table[table["split"] == name], model.config) for name in ("val", "test")}
    train = retina.read_classes(table[table["split"] == "train"])
    model = choose_thresholds(model, train, parts["val"])
    model.card["metrics"] = {name: retina.evaluate_retina(model, part) for name, part in parts.items()}
    model.card |= judged(model, parts["test"])
    retina.add_deletion(model, parts["test"])
    model.card["refusals"] = retina.count_refusals(model, shared, table[table["split"] == "test"])
    model.save(out)
    for question in model.questions:
        told = model.card["points"][question.name]
        for name in ("screening", "confirmation"):
            if name in told:
                say.line(f"test, {question.name}, {name}: {_words(told[name])}")
    add_site_trial(shared, out, say=say, device=device)


def add_site_trial(shared: Path, out: Path, *, say: Say, device: str | None = None) -> None:
    """Put on a model's card what a site's calibration is worth on a simulated camera; see :func:`judge_retina`."""
    model = ImageClassifier.load(out, device)
    model.card["site_trial"] = site_trial(model, shared)
    model.save(out)
    for label, told in model.card["site_trial"]["questions"].items():
        before, after = (told[part]["brier"][0] for part in ("before", "after"))
        say.line(f"another camera, {label}: Brier score {before:.3f} as shipped, {after:.3f} calibrated")


def _words(rates: dict[str, list[float]]) -> str:
    return ", ".join(f"{key} {value:.3f} ({low:.3f}–{high:.3f})" for key, (value, low, high) in rates.items())
