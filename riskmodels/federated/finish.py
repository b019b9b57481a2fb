"""The end at a hospital: averaged weights and its own patients in, its model out.

Curves, pairs and calibration are those of all. How wide the interval is, and who is too far from the patients for an
answer, is learnt here from the hospital's own patients, who do not leave for that either.
"""

from __future__ import annotations

from typing import Any

import torch

from riskmodels.federated.hospital import Hospital, Instruction
from riskmodels.tabular.fitting import frame_hash, histogram_of
from riskmodels.tabular.hiding import Hiding, vague_answers
from riskmodels.tabular.interval import fit_interval
from riskmodels.tabular.model import RiskModel, today
from riskmodels.tabular.network import centred
from riskmodels.tabular.support import fit_support
from riskmodels.vocabulary import VOCABULARY


def model_of(hospital: Hospital, last: Instruction, facts: dict[str, Any]) -> RiskModel:
    """The model as a hospital keeps it.

    Args:
        hospital: with its patients.
        last: instruction of the training: averaged weights, slope and intercept, their covariance.
        facts: for the card, e.g. how its file is laid out.
    """
    local, weights = hospital.finished(last)
    plan, config = last.plan, last.plan.config
    line, noise = last.arrays[-2], last.arrays[-1]
    ensemble = centred(weights.members(0, 1 + config.members)).detached()
    interval = fit_interval(
        local.z,
        ensemble,
        torch.tensor([float(line[0])]),
        torch.tensor(noise).float()[None],
        Hiding(plan.inputs, 1.0, vague=vague_answers(local.encoding)),
        torch.zeros(len(plan.inputs), dtype=torch.bool),
        torch.ones(len(plan.inputs), 1),
        torch.ones(hospital.patients, 1),
        config.seed,
        config.interval_steps,
    )
    frame = hospital.frame.reindex(columns=list(plan.inputs))
    card = facts | {
        "name": "federated",
        "created": today(),
        "version": today(),
        "inputs": list(plan.inputs),
        "training_rows": int(last.arrays[0][-1]),
        "rows_of_this_hospital": hospital.patients,
        "training_data_sha256": frame_hash(frame, hospital.label.to_frame()),
        "histograms": {name: histogram_of(frame[name], VOCABULARY[name]) for name in plan.inputs},
        "calibration_noise": {plan.outcome: noise.tolist()},
        "limits": [
            "Weights and calibration are averages of several hospitals; interval and limits of an answer are learnt "
            "from this hospital's patients alone.",
            "Not judged on people who were left out: score patients whose outcome comes to be known, and look.",
        ],
    }
    calibration = {plan.outcome: (float(line[0]), float(line[1]))}
    support = {plan.outcome: fit_support(frame, plan.inputs)}
    return RiskModel(local.encoding, ensemble, interval, calibration, support, card, device="cpu")
