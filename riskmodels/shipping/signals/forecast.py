"""The glucose forecast: trained on people of three open data sets, judged once on people kept back and elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from riskmodels.evaluation.bootstrap import Plan
from riskmodels.runtime.hashes import file_hash
from riskmodels.shipping.say import Say
from riskmodels.shipping.signals.forecast_card import CARD
from riskmodels.shipping.signals.glucose_data import (
    BRIS,
    ELSEWHERE,
    FOLDER,
    HUPA,
    MAIN,
    read_people,
    thin_back,
    windows_of,
)
from riskmodels.signals.forecast.calibration import Calibration, calibrate
from riskmodels.signals.forecast.evaluation import Answers, by_person, measure
from riskmodels.signals.forecast.model import ForecastModel
from riskmodels.signals.forecast.peers import fit_boosting, fit_ridge, persistence
from riskmodels.signals.forecast.training import Recipe, fit, person_weights
from riskmodels.signals.forecast.windows import STEPS, Windows
from riskmodels.signals.forecast.words import KEPT_BACK
from riskmodels.tabular.device import choose_device
from riskmodels.tabular.model import today

RECIPE = Recipe()
#: one network each
SEEDS = (0,)
#: minutes from one judged moment of a person to the next
APART = 15
#: the same for Bris, whose sequences are long
BRIS_APART = 60
BOOSTING = "boosting"
#: windows that peers are fitted on, drawn as the network's are
PEER_WINDOWS = 150_000
PLAN = Plan(replicates=500)
#: says something of windows
Method = Callable[[Windows], Answers]


def ship_forecast(
    shared: Path,
    out: Path,
    *,
    say: Say,
    device: str | None = None,
    checkpoints: Path | None = None,
    steps: int = 0,
    boosting: bool = True,
) -> None:
    """Train, calibrate, evaluate once, write the folder.

    Args:
        shared: with signals/cgm_open.
        out: folder of the model.
        say: told what happens.
        device: "cpu", "cuda", "mps"; the best there is when None.
        checkpoints: folder to go on from and to save to.
        steps: of training, fewer than the shipped model has; as many when 0.
        boosting: whether the slowest peer is fitted too.
    """
    place = choose_device(device)
    train, validation = training_windows(shared), judged_windows(shared, "validate")
    say.line(f"{len(train):,} windows of {people(train)} people to train on, {len(validation):,} to choose by")
    recipe = replace(RECIPE, steps=steps or RECIPE.steps)
    model = fit_model(train, validation, recipe, place, say, checkpoints)
    model.card["training"] = {
        "device": str(place),
        "recipe": asdict(recipe),
        "seeds": list(SEEDS),
        "windows": {"training": len(train), "validation": len(validation)},
        "people": {"training": people(train), "validation": people(validation)},
        "data_sha256": file_hash(shared / FOLDER / "cgm.parquet"),
    }
    model.save(out)
    model = ForecastModel.load(out, device)  # as rounded to half precision: what is shipped is what is judged
    methods = {"network": answers_of(model), "last reading": persistence, "ridge": fit_lines(train)}
    dense, sets = validation.part(validation.interval == 5), test_sets(shared)
    model.card["metrics"] = {"validation, 5-minute sensors": figures(dense, methods), "test": {}}
    for name, windows in sets.items():
        model.card["metrics"]["test"][name] = figures(windows, methods)
        say.line(summary(name, model.card["metrics"]["test"][name]))
        model.save(out)
    if boosting:
        add_boosting(model, train, dense, sets[KEPT_BACK], methods)
        say.line(f"boosting: {model.card['boosting']}")
        model.save(out)


def add_boosting(
    model: ForecastModel, train: Windows, validation: Windows, test: Windows, methods: dict[str, Method]
) -> None:
    """Fit boosting, for 5-minute sensors; its figures, and errors by person of all methods, go on the card."""
    fitted = fit_boosting(drawn(train), validation)
    whole = methods | {BOOSTING: fitted.answer}
    model.card["metrics"]["validation, 5-minute sensors"] |= figures(validation, {BOOSTING: fitted.answer})
    model.card["metrics"]["test"][KEPT_BACK] |= figures(test, {BOOSTING: fitted.answer})
    model.card["metrics"] |= persons(test, whole)
    model.card["boosting"] = {"chosen": fitted.chosen, "windows": PEER_WINDOWS}


def people(windows: Windows) -> int:
    """How many people the windows are of."""
    return len(np.unique(windows.person))


def training_windows(shared: Path) -> Windows:
    """One window a reading, of the training people of the three sets."""
    return Windows.together([windows_of(read_people(shared, name, "train"), 5, judged=False) for name in MAIN])


def judged_windows(shared: Path, part: str) -> Windows:
    """Windows a quarter of an hour apart, of the people of one part of the three sets."""
    return Windows.together([windows_of(read_people(shared, name, part), APART, judged=True) for name in MAIN])


def test_sets(shared: Path) -> dict[str, Windows]:
    """Everything that is looked at once, by name: people kept back, then sets of other people and sensors."""
    main = judged_windows(shared, "test")
    bris = windows_of(read_people(shared, BRIS), BRIS_APART, judged=True)
    return {
        KEPT_BACK: main,
        "the same, every third reading": usable(main.part(main.interval == 5).thinned()),
        "Bris, 5-minute sensors": bris.part(bris.interval == 5),
        "Bris, 15-minute sensors": bris.part(bris.interval == 15),
        "HUPA, every third reading": windows_of(thin_back(read_people(shared, HUPA)), APART, judged=True),
    } | {name: windows_of(read_people(shared, name), APART, judged=True) for name in ELSEWHERE}


def usable(windows: Windows) -> Windows:
    """Those with an unbroken history."""
    return windows.part(windows.usable)


def fit_model(
    train: Windows, validation: Windows, recipe: Recipe, place: torch.device, say: Say, checkpoints: Path | None = None
) -> ForecastModel:
    """Networks of all seeds, calibrated."""
    networks = []
    for seed in SEEDS:
        told = say.within(f"network {seed + 1} of {len(SEEDS)}")
        kept = checkpoints / f"forecast_{seed}.safetensors" if checkpoints else None
        networks.append(fit(train, replace(recipe, seed=seed), place, told_of(told), kept))
    model = ForecastModel(networks, {}, CARD | {"created": today()}, place)
    model.calibration = calibrations(model, validation)
    return model


def told_of(say: Say) -> Callable[[int, int, float], None]:
    """A line every tenth of the way."""

    def report(step: int, steps: int, loss: float) -> None:
        if step % max(100, steps // 10 // 100 * 100) == 0:
            say.line(f"step {step} of {steps}, loss {loss:.4f}")

    return report


def calibrations(model: ForecastModel, validation: Windows) -> dict[int, Calibration]:
    """For 5-minute sensors, and for 15-minute ones, for which the others are thinned."""
    dense = validation.part(validation.interval == 5)
    sparse = Windows.together([validation.part(validation.interval == 15), usable(dense.thinned())])
    return {minutes: calibrate(model.raw(part), part) for minutes, part in ((5, dense), (15, sparse))}


def answers_of(model: ForecastModel) -> Method:
    """The model as a method beside others; lows are judged by its probability."""

    def answer(windows: Windows) -> Answers:
        mean, low, high, p_low = model.predict(windows)
        return Answers(mean, np.nan_to_num(p_low, nan=1.0), low, high)

    return answer


def drawn(train: Windows) -> Windows:
    """Windows of 5-minute sensors for peers, drawn from people as the network's are."""
    dense = train.part(train.interval == 5)
    edges = np.cumsum(person_weights(dense.person, RECIPE.evenness))
    return dense.part(np.searchsorted(edges, np.random.default_rng(0).random(PEER_WINDOWS) * edges[-1]))


def fit_lines(train: Windows) -> Method:
    """Ridge and logistic regression, fitted for 5- and 15-minute sensors apart."""
    dense = drawn(train)
    sparse = Windows.together([usable(dense.thinned()), train.part(train.interval == 15)])
    fitted = {5: fit_ridge(dense), 15: fit_ridge(sparse)}

    def answer(windows: Windows) -> Answers:
        parts = {minutes: windows.interval == minutes for minutes in fitted}
        answers = {minutes: fitted[minutes](windows.part(kept)) for minutes, kept in parts.items() if kept.any()}
        mean, score = np.empty((len(windows), STEPS)), np.empty(len(windows))
        for minutes, said in answers.items():
            mean[parts[minutes]], score[parts[minutes]] = said.mean, said.low_score
        return Answers(mean, score)

    return answer


def figures(windows: Windows, methods: dict[str, Method]) -> dict[str, Any]:
    """Figures of all methods on one set, with intervals over people."""
    return {name: measure(windows, method(windows), PLAN) for name, method in methods.items()}


def persons(windows: Windows, methods: dict[str, Method]) -> dict[str, Any]:
    """Errors by person and method, and in how many people the network's are less than boosting's."""
    found = by_person(windows, {name: method(windows) for name, method in methods.items()})
    better = {
        name: sum(errors["network"][name] < errors[BOOSTING][name] for errors in found.values())
        for name in ("rmse30", "rmse60")
    }
    return {"by person": found, "people in whom the network is better than boosting": better}


def summary(name: str, found: dict[str, Any]) -> str:
    """One line on the network and its nearest peer."""
    network = found["network"]
    errors = ", ".join(f"{minutes} min {network[f'rmse{minutes}'][0]:.2f}" for minutes in (30, 60))
    covered = f"coverage {network['coverage30'][0]:.3f}/{network['coverage60'][0]:.3f}"
    lows = f", AUPRC {network['lows']['auprc'][0]:.3f}" if "auprc" in network["lows"] else ""
    return f"{name}: {network['windows']:,} windows of {network['people']} people, RMSE {errors}, {covered}{lows}"
