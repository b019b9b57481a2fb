"""What self-supervision saves where few people's futures may be learnt from; on validation people only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from riskmodels.shipping.say import Say
from riskmodels.shipping.signals.forecast import answers_of, calibrations, judged_windows, training_windows
from riskmodels.signals.forecast.evaluation import measure
from riskmodels.signals.forecast.model import ForecastModel
from riskmodels.signals.forecast.network import Shape
from riskmodels.signals.forecast.pretraining import pretrain
from riskmodels.signals.forecast.training import Recipe, fit
from riskmodels.signals.forecast.windows import Windows
from riskmodels.tabular.device import choose_device

#: people whose futures are learnt from
LABELLED = (1, 4, 16)
RECIPE = Recipe(shape=Shape(hidden=48), steps=600, batch=128)
PRETRAINING_STEPS = 2000


def few_people(
    shared: Path, *, say: Say, device: str | None = None, recipe: Recipe = RECIPE, steps: int = PRETRAINING_STEPS
) -> dict[int, dict[str, dict[str, float]]]:
    """Networks of the same steps from new weights and from weights that have filled hidden stretches of everybody.

    Args:
        shared: with signals/cgm_open.
        say: told what happens.
        device: "cpu", "cuda", "mps"; the best there is when None.
        recipe: of the training that follows.
        steps: of the filling.

    Returns:
        By number of people and start: RMSE at 30 and 60 minutes and AUPRC of a low, of validation people.
    """
    place = choose_device(device)
    train, validation = training_windows(shared), judged_windows(shared, "validate")
    filled = pretrain(train, replace(recipe, steps=steps), place)
    say.line(f"hidden stretches filled, {steps} steps")
    order = np.random.default_rng(recipe.seed).permutation(np.unique(train.person))
    found: dict[int, dict[str, dict[str, float]]] = {}
    for count in LABELLED:
        part = train.part(np.isin(train.person, order[:count]))
        found[count] = {}
        for name, start in (("from new weights", None), ("after filling", filled)):
            model = ForecastModel([fit(part, recipe, place, start=start)], {}, {}, place)
            found[count][name] = _judged(model, validation)
            say.line(f"{count} people, {name}: {found[count][name]}")
    return found


def _judged(model: ForecastModel, validation: Windows) -> dict[str, float]:
    model.calibration = calibrations(model, validation)
    figures = measure(validation, answers_of(model)(validation))
    return {"rmse30": figures["rmse30"], "rmse60": figures["rmse60"], "auprc": figures["lows"]["auprc"]}
