"""The measured answers in words, also where they are no: figures in, sentences for card, page and files out."""

from __future__ import annotations

from typing import Any

from riskmodels.generated.images.photos import GRADES
from riskmodels.shipping.generated_images.rare import INVENTED, REAL, WEIGHTED
from riskmodels.shipping.generated_images.strange import CAMERA, KIND, VAE

#: grades of which the question is asked
RARE = (1, 3)


def sentences(figures: dict[str, Any]) -> list[str]:
    """What was found, the question of the rare grades first.

    Args:
        figures: as :func:`riskmodels.shipping.generated_images.measured.measure` gives them, with ``strange``.
    """
    return [*(rare_words(figures["rare"], grade) for grade in RARE), likeness_words(figures), asked_words(figures),
            memory_words(figures), strange_words(figures["strange"])]  # fmt: skip


def rare_words(trial: dict[str, Any], grade: int) -> str:
    """Whether invented photos helped to find a grade."""
    rows = {row["way"]: row for row in trial["recalls"] if row["grade"] == grade}
    real, weighted, made = rows[REAL], rows[WEIGHTED], rows[INVENTED]
    low, high = made["interval"]
    if low > 0:
        answer = "Yes" if made["beyond_interval"][0] > 0 else "Not shown to do more than equal weights"
    else:
        answer = "No, they harmed" if high < 0 else "Not shown"
    return (
        f"Do invented photos help to find {GRADES[grade]} retinopathy? {answer}. Recall {_share(real['recall'])} "
        f"learnt from real photos alone, {_share(made['recall'])} with invented ones added (difference "
        f"{_points(made['difference'])}, 95 % interval {_points(low)} to {_points(high)}, {trial['seeds']} pairs), and "
        f"{_share(weighted['recall'])} from real photos with grades weighted equally (difference to these "
        f"{_points(made['beyond'])}, {_points(made['beyond_interval'][0])} to {_points(made['beyond_interval'][1])}). "
        f"Tested on {made['tested']} real photos of it."
    )


def likeness_words(figures: dict[str, Any]) -> str:
    """How near the pictures are to photos."""
    found = figures["distances"]
    made, floor = found["invented, real half"], found["real half, other real half"]
    far = made["kid"] > floor["kid"] + 2 * floor["kid_sd"]
    return (
        f"The pictures are {'farther from' if far else 'as near to'} real photos {'than' if far else 'as'} these are "
        f"from one another: FID {made['fid']:.1f} and KID {_plain(made['kid'])} to a half of the real photos, to which "
        f"the other half has {floor['fid']:.1f} and {_plain(floor['kid'])} (features of EfficientNet-Lite0; not "
        f"comparable with the published FID {figures['published_fid']:.0f} of c-LGAN on IDRiD, in Inception's)."
    )


def asked_words(figures: dict[str, Any]) -> str:
    """Whether the grade asked for can be seen."""
    trial = figures["rare"]
    made, real = (sum(trial[key]) / len(trial[key]) for key in ("asked", "asked_real"))
    return (
        f"A classifier of real photos finds the grade that was asked for in {_share(made)} of the pictures (mean over "
        f"the five grades; guessing 20 %), and that of real photos kept apart in {_share(real)}."
    )


def memory_words(figures: dict[str, Any]) -> str:
    """Whether photos are given back."""
    made, control = figures["memory"], figures["control"]
    return (
        f"{_share(made['share'])} of {made['pictures']} pictures are nearer to a photo that was learnt from than 99 % "
        f"of photos of other eyes are, by features or by fine detail; of photos given back {_share(control['share'])} "
        "are so told."
    )


def strange_words(strange: dict[str, Any]) -> str:
    """Whether the autoencoder tells strange pictures better than the check that stands."""
    mean = strange["mean"]
    stands = max(mean[KIND], mean[CAMERA])
    verdict = "better than" if mean[VAE] > stands else "less well than"
    return (
        f"The autoencoder tells simulated cameras from photos as they are {verdict} the familiarity check of the "
        f"retina model: mean AUROC {mean[VAE]:.2f} against {mean[KIND]:.2f} (kind) and {mean[CAMERA]:.2f} (camera)."
    )


def _plain(value: float) -> str:
    """One decimal, and no minus before nought."""
    return f"{round(value, 1) + 0.0:.1f}".replace("-", "−")


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _points(value: float) -> str:
    return f"{100 * value:+.0f}".replace("-", "−")
