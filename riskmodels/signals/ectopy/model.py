"""The model of ventricular beats: a checked ECG and its beats in; each one's probability and what spoke for it out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodels import ROOT
from riskmodels.model_files.card_values import number
from riskmodels.model_files.folder import read_model, understood, write_model
from riskmodels.signals.ectopy.calls import BeatCalls
from riskmodels.signals.ectopy.features import shape_features
from riskmodels.signals.ectopy.frame import BEFORE, RATE, WINDOW, Floats, lead_frames
from riskmodels.signals.ectopy.look import LeadBeats, leaning, look_at, mean_over_leads, probability, stacked
from riskmodels.signals.ectopy.trees import Trees
from riskmodels.signals.rhythm.beats import Beats
from riskmodels.signals.rhythm.ecg import CheckedEcg

SHIPPED = ROOT / "data" / "signal_models" / "ventricular"
HINT = "Restore the folder from the repository, or train it again with make train-signals."
#: of this kind of model's folders
FORMAT = 1
#: good beats that a lead needs before any of them is compared with their median
MIN_BEATS = 20
#: leads that are looked at, the one that is read first: each more costs as much again
_MOST_LEADS = 3
#: samples of a stretch that is hidden: 48 ms; the next begins in its middle
_HIDDEN = 6


@dataclass(frozen=True, eq=False)
class Looked:
    """What was made of a recording.

    Args:
        numbers: of the leads that show enough beats, the one that is read first.
        leads: what was seen in each.
        log_odds: (m,) of being ventricular; NaN where no lead shows the beat.
    """

    numbers: tuple[int, ...]
    leads: tuple[LeadBeats, ...]
    log_odds: Floats


@dataclass(frozen=True, eq=False)
class Saliency:
    """What in a beat's window spoke for its call.

    Args:
        seconds: (WINDOW,) since the recording began, in the first of the leads that were looked at.
        effect: (WINDOW,) log-odds; positive where the trace speaks for a ventricular beat.
    """

    seconds: Floats
    effect: Floats


@dataclass(eq=False)
class VentricularModel:
    """Trees, and how their answers are put together.

    Args:
        trees: fitted on single leads.
        card: what it was trained on and how good it is; with ``config``: ``threshold`` (log-odds), ``leaning`` (0–1),
            ``columns`` (names of the features).
    """

    trees: Trees
    card: dict[str, Any]

    def save(self, folder: Path) -> None:
        """Write model.safetensors and card.json."""
        write_model(folder, self.trees.tensors("trees"), self.card, FORMAT)

    @classmethod
    def load(cls, folder: Path = SHIPPED) -> VentricularModel:
        """Read a model's folder.

        Raises:
            ModelFileError: when a file is missing, damaged or of another kind.
        """
        tensors, card = read_model(folder, FORMAT, HINT)
        with understood(folder, HINT):
            trees = Trees.of_tensors("trees", tensors)
            number(card["config"]["threshold"]), number(card["config"]["leaning"])
            if trees.column.max() >= len(card["config"]["columns"]):
                raise ValueError("trees that ask for more features than there are")
            return cls(trees, card)

    def call(self, checked: CheckedEcg, beats: Beats) -> BeatCalls:
        """Call every beat.

        Args:
            checked: recording of any rate, gain and polarity; all its leads are looked at, three at most.
            beats: of the lead that is read.
        """
        looked = None if checked.refused else self.look(checked, beats)
        seconds = beats.samples / checked.ecg.rate
        if looked is None:
            why = checked.refused or (
                f"Ventricular beats are called from {MIN_BEATS} clean beats on, since each is compared with the "
                "recording's own; no lead shows so many."
            )
            none = np.full(len(seconds), np.nan)
            return BeatCalls(seconds, beats.stretch, none, np.zeros(len(seconds), bool), (), why)
        called = np.nan_to_num(looked.log_odds, nan=-np.inf) > self.card["config"]["threshold"]
        return BeatCalls(seconds, beats.stretch, probability(looked.log_odds), called, looked.numbers)

    def look(self, checked: CheckedEcg, beats: Beats) -> Looked | None:
        """Log-odds of every beat, and what they come from; None when no lead shows enough beats."""
        order = [checked.lead, *(i for i in range(len(checked.usable)) if i != checked.lead)][:_MOST_LEADS]
        frames = lead_frames(
            checked.ecg.millivolts[order], checked.ecg.rate, checked.usable[order], beats.samples, beats.stretch
        )
        seen = [(i, look_at(frame)) for i, frame in zip(order, frames, strict=True) if frame.good.sum() >= MIN_BEATS]
        if not seen:
            return None
        leads = tuple(lead for _, lead in seen)
        first = mean_over_leads([self.trees.log_odds(lead.rows) for lead in leads], [lead.frame.good for lead in leads])
        log_odds = leaning(first, leads, self.card["config"]["leaning"])
        return Looked(tuple(i for i, _ in seen), leads, log_odds)

    def saliency(self, checked: CheckedEcg, beats: Beats, i: int) -> Saliency | None:
        """By how much the log-odds of beat ``i`` fall when a stretch of it is hidden under the recording's own beat.

        Stretches of 48 ms, every 24 ms, are hidden in all leads at once; a sample has the mean of the stretches that
        cover it. What falls are the log-odds of the very probability that is shown; intervals, the other beats, and
        which of them look like this one are left as they are. So the effects need not add up to the log-odds.
        None where the beat has no probability.

        Args:
            checked, beats: as for :meth:`call`.
            i: number of the beat.

        Source: occlusion, Zeiler and Fergus 2014, doi 10.1007/978-3-319-10590-1_53.
        """
        looked = None if checked.refused else self.look(checked, beats)
        if looked is None or not np.isfinite(looked.log_odds[i]):
            return None
        starts = np.arange(0, WINDOW - _HIDDEN + 1, _HIDDEN // 2)
        hidden = np.stack([self._hidden(lead, i, starts) for lead in looked.leads])
        good = np.array([lead.frame.good[i] for lead in looked.leads])
        falls = (1 - self.card["config"]["leaning"]) * (hidden[good, -1:] - hidden[good, :-1]).mean(0)
        covers = (np.arange(WINDOW) >= starts[:, None]) & (np.arange(WINDOW) < starts[:, None] + _HIDDEN)
        effect = falls @ covers / covers.sum(0)
        return Saliency(looked.leads[0].frame.middle[i] + (np.arange(WINDOW) - BEFORE) / RATE, effect)

    def _hidden(self, lead: LeadBeats, i: int, starts: NDArray[np.int64]) -> Floats:
        """A lead's log-odds of a beat with each stretch hidden, and last of the whole beat."""
        window, own = lead.frame.windows[i], lead.record.template
        shift = np.median(window) - np.median(own)
        windows = np.repeat(window[None], len(starts) + 1, axis=0)
        for row, start in enumerate(starts):
            windows[row, start : start + _HIDDEN] = own[start : start + _HIDDEN] + shift
        features = {name: np.full(len(windows), values[i]) for name, values in lead.features.items()}
        return self.trees.log_odds(stacked(features | shape_features(windows, lead.record)))
