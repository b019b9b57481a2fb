"""The model of ventricular beats: chosen and fitted on one half of the MIT-BIH people, judged once on the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from riskmodels.runtime.hashes import file_hash
from riskmodels.shipping.say import Say
from riskmodels.shipping.signals.ecg200 import run_ecg200
from riskmodels.shipping.signals.mitbih import BEATS, DS1, FOLDER, NORMAL, SIGNALS, Recording, read_recordings
from riskmodels.shipping.signals.ventricular_card import CARD
from riskmodels.shipping.signals.ventricular_judging import judge
from riskmodels.signals.ectopy.boosting import BoostingConfig, fit_trees, labelled
from riskmodels.signals.ectopy.evaluation import best_threshold, counts, report
from riskmodels.signals.ectopy.frame import Floats, lead_frames
from riskmodels.signals.ectopy.look import LeadBeats, leaning, look_at, mean_over_leads
from riskmodels.signals.ectopy.model import VentricularModel
from riskmodels.signals.ectopy.network_training import (
    NetworkConfig,
    Sequences,
    fit_network,
    joined,
    network_log_odds,
    sequences_of,
)
from riskmodels.tabular.device import choose_device
from riskmodels.tabular.model import today

BOOSTING, NETWORK = BoostingConfig(), NetworkConfig(epochs=4)
#: how far a beat's log-odds may lean to those of the beats that look like it
SHARES = (0.0, 0.2, 0.35, 0.5)
FOLDS = 6


@dataclass(frozen=True, eq=False)
class Person:
    """A recording with what was seen in its leads."""

    recording: Recording
    leads: tuple[LeadBeats, ...]

    @property
    def ventricular(self) -> Floats:
        """As :attr:`Recording.ventricular`."""
        return self.recording.ventricular


#: people to learn from → log-odds of another's beats in each lead
Fit = Callable[[Sequence[Person]], Callable[[Person], list[Floats]]]


def ship_ventricular(shared: Path, out: Path, *, device: str | None = None, say: Say) -> VentricularModel:
    """Choose, fit, judge once, write the folder.

    Args:
        shared: with signals/mitbih_arrhythmia.
        out: folder of the model.
        device: of the network that the trees are compared with; the best there is when None.
        say: told what happens.

    Returns:
        The model as written.
    """
    began = time.monotonic()
    people = look_at_people(shared, DS1)
    say.line(f"{len(people)} people of DS1, {sum(len(p.ventricular) for p in people):,} beats")
    candidates = {
        "boosting": crossed(people, boosting_fit, say.within("boosting")),
        "CNN+GRU": crossed(people, network_fit(choose_device(device)), say.within("CNN+GRU")),
    }
    chosen = {name: choose(people, log_odds) for name, log_odds in candidates.items()}
    for name, found in chosen.items():
        say.line(f"{name}: F1 {found['f1']:.4f} in cross-validation on DS1, leaning {found['leaning']}")
    model = VentricularModel(fit_trees([_labelled(person) for person in people], BOOSTING), _card(people, chosen))
    model.save(out)
    model = VentricularModel.load(out)
    model.card["evaluation"] = judge(model, shared, say)
    model.card["benchmark"] = {"ECG200": run_ecg200(shared, device=device, say=say)}
    model.card["data"] = CARD["data"] | {
        "beats_sha256": file_hash(shared / FOLDER / BEATS),
        "signals_sha256": file_hash(shared / FOLDER / SIGNALS),
    }
    model.card["training"] |= {"seconds": round(time.monotonic() - began)}
    model.save(out)
    return VentricularModel.load(out)


def judge_ventricular(shared: Path, out: Path, say: Say) -> None:
    """Judge the model as shipped once more, after what finds the beats has changed; its figures go on its card.

    Args:
        shared: with signals/mitbih_arrhythmia.
        out: folder of the model.
        say: told what happens.
    """
    model = VentricularModel.load(out)
    model.card |= {"evaluation": judge(model, shared, say), "looks": CARD["looks"]}
    model.save(out)


def look_at_people(shared: Path, records: tuple[int, ...]) -> list[Person]:
    """Everything that needs no model."""
    return [_person(recording) for recording in read_recordings(shared, records)]


def _person(recording: Recording) -> Person:
    ecg, beats = recording.ecg, recording.beats
    usable = np.ones(ecg.millivolts.shape, bool)
    frames = lead_frames(ecg.millivolts, ecg.rate, usable, beats.samples, beats.stretch)
    return Person(recording, tuple(map(look_at, frames)))


def folds_of(people: Sequence[Person]) -> list[list[Person]]:
    """People in groups that hold about as many ventricular beats each."""
    groups: list[list[Person]] = [[] for _ in range(FOLDS)]
    size = -(-len(people) // FOLDS)
    for person in sorted(people, key=lambda p: -np.nansum(p.ventricular)):
        free = [group for group in groups if len(group) < size]
        min(free, key=lambda group: sum(float(np.nansum(p.ventricular)) for p in group)).append(person)
    return groups


def crossed(people: Sequence[Person], fit: Fit, say: Say) -> list[Floats]:
    """Log-odds of each person's beats, mean over the leads, by a fit that has not seen the person."""
    found: dict[int, Floats] = {}
    for number, group in enumerate(folds_of(people), 1):
        inside = {p.recording.record for p in group}
        answer = fit([p for p in people if p.recording.record not in inside])
        for person in group:
            good = [lead.frame.good for lead in person.leads]
            found[person.recording.record] = mean_over_leads(answer(person), good)
        say.line(f"group {number} of {FOLDS}")
    return [found[p.recording.record] for p in people]


def boosting_fit(people: Sequence[Person]) -> Callable[[Person], list[Floats]]:
    """Trees of some people."""
    trees = fit_trees([_labelled(person) for person in people], BOOSTING)
    return lambda person: [trees.log_odds(lead.rows) for lead in person.leads]


def _labelled(person: Person) -> Any:
    return labelled(person.leads, person.ventricular, person.recording.classes != NORMAL, BOOSTING.thinning)


def network_fit(device: torch.device) -> Fit:
    """The network of some people: sequences with a ventricular beat, and a third of the others."""

    def fit(people: Sequence[Person]) -> Callable[[Person], list[Floats]]:
        whole = joined([sequences_of(lead, p.ventricular)[0] for p in people for lead in p.leads])
        kept = (whole.labels == 1).any(1) | (torch.arange(len(whole)) % 3 == 0)
        train = Sequences(whole.windows[kept], whole.intervals[kept], whole.labels[kept])
        network = fit_network(train, NETWORK, device)

        def answer(person: Person) -> list[Floats]:
            found = []
            for lead in person.leads:
                sequences, places = sequences_of(lead)
                log_odds = np.zeros(len(lead.frame.seconds))
                log_odds[places.ravel()] = network_log_odds(network, sequences, device).numpy().ravel()
                found.append(log_odds)
            return found

        return answer

    return fit


def choose(people: Sequence[Person], log_odds: Sequence[Floats]) -> dict[str, Any]:
    """Leaning and threshold with the highest F1, and what they give, all on people that the fit has not seen."""
    truth = [p.ventricular for p in people]
    tried = []
    for share in SHARES:
        leant = [leaning(part, p.leads, share) for part, p in zip(log_odds, people, strict=True)]
        threshold, f1 = best_threshold(leant, truth)
        tried.append((f1, share, threshold, leant))
    f1, share, threshold, leant = max(tried, key=lambda found: found[0])
    called = [np.nan_to_num(part, nan=-np.inf) > threshold for part in leant]
    table = {p.recording.record: counts(c, p.ventricular) for p, c in zip(people, called, strict=True)}
    return {
        "f1": round(f1, 4),
        "f1_by_leaning": {str(s): round(value, 4) for value, s, *_ in tried},
        "leaning": share,
        "threshold": round(threshold, 4),
        **report(table),
    }


def _card(people: Sequence[Person], chosen: dict[str, dict[str, Any]]) -> dict[str, Any]:
    boosting = chosen["boosting"]
    return CARD | {
        "created": today(),
        "config": {
            "threshold": boosting["threshold"],
            "leaning": boosting["leaning"],
            "columns": list(people[0].leads[0].features),
        },
        "training": {
            "boosting": asdict(BOOSTING),
            "network": asdict(NETWORK),
            "people": len(people),
            "cross_validation": chosen,
        },
    }
