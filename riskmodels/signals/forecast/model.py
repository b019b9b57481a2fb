"""The shipped forecast: read from its folder, checked against what it learnt from, calibrated on validation people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from riskmodels import ROOT
from riskmodels.errors import ModelFileError
from riskmodels.model_files.card_values import record
from riskmodels.model_files.folder import halved, read_model, understood, write_model
from riskmodels.signals.forecast.calibration import Calibration
from riskmodels.signals.forecast.network import ForecastNetwork, Inputs, Outputs, Shape, inputs_of
from riskmodels.signals.forecast.reasons import Reasons, integrated
from riskmodels.signals.forecast.windows import INTERVALS, LOW, MINUTES, STEPS, Floats, Windows, cut
from riskmodels.signals.glucose.series import CheckedGlucose
from riskmodels.tabular.device import choose_device

SHIPPED = ROOT / "data" / "signal_models" / "glucose_forecast"
HINT = "Restore the folder from the repository, or train it again with make train-signals."
FORMAT = 1
KIND = "glucose forecast"
#: mg/dL; sensors say nothing beyond them
LEAST, MOST = 40.0, 400.0


@dataclass(frozen=True, eq=False)
class Forecast:
    """The hour after one reading.

    Args:
        refused: why there is none; empty when there is one.
        now: mg/dL, the reading it hangs on; NaN when refused.
        minutes: (12,) after that reading.
        mean: (12,) mg/dL.
        low: (12,) mg/dL, lower end of the 90 % interval.
        high: (12,) mg/dL, upper end.
        p_low: probability of a reading below 70 mg/dL within the hour; NaN when the reading itself is below.
    """

    refused: str
    now: float
    minutes: NDArray[np.int64]
    mean: Floats
    low: Floats
    high: Floats
    p_low: float


@dataclass(frozen=True, eq=False)
class Trace:
    """Forecasts of many moments of one series; moments that cannot be forecast are left out.

    Args:
        at: (m,) numbers of the readings that are "now".
        mean, low, high: (m, 12) mg/dL, see :class:`Forecast`.
        p_low: (m,), see :class:`Forecast`.
    """

    at: NDArray[np.int64]
    mean: Floats
    low: Floats
    high: Floats
    p_low: Floats


class ForecastModel:
    """Networks whose answers are averaged, with their calibration and card.

    Args:
        networks: one or more of one shape.
        calibration: by minutes of the sensor's interval.
        card: what is known of it.
        device: where it computes.
    """

    def __init__(
        self,
        networks: Sequence[ForecastNetwork],
        calibration: dict[int, Calibration],
        card: dict[str, Any],
        device: torch.device,
    ) -> None:
        self.networks = [network.to(device).eval() for network in networks]
        self.calibration = calibration
        self.card = card
        self.device = device

    def save(self, folder: Path) -> None:
        """Write model.safetensors (half precision) and card.json."""
        tensors = {f"{i}.{n}": halved(t) for i, net in enumerate(self.networks) for n, t in net.state_dict().items()}
        entries = {
            "kind": KIND,
            "networks": len(self.networks),
            "shape": asdict(self.networks[0].shape),
            "calibration": {str(minutes): asdict(found) for minutes, found in self.calibration.items()},
        }
        write_model(folder, tensors, self.card | entries, FORMAT)

    @staticmethod
    def load(folder: Path = SHIPPED, device: str | None = None) -> ForecastModel:
        """Read the model's folder.

        Args:
            folder: with model.safetensors and card.json.
            device: "cpu", "cuda", "mps"; the best there is when None.

        Raises:
            ModelFileError: when a file is missing, damaged or of another kind.
        """
        tensors, card = read_model(folder, FORMAT, HINT)
        with understood(folder, HINT):
            if card["kind"] != KIND:
                raise ModelFileError(f"The model in {folder.name} is a {card['kind']}, not a {KIND}.", hint=HINT)
            shape = record(Shape, card["shape"])
            networks = []
            for number in range(card["networks"]):
                network, mark = ForecastNetwork(shape), f"{number}."
                own = {name.removeprefix(mark): t.float() for name, t in tensors.items() if name.startswith(mark)}
                network.load_state_dict(own)
                networks.append(network)
            calibration = {int(m): _calibration(found) for m, found in card["calibration"].items()}
        return ForecastModel(networks, calibration, card, choose_device(device))

    def forecast(self, checked: CheckedGlucose, at: int | None = None) -> Forecast:
        """The hour after one reading.

        Args:
            checked: the series with its checks.
            at: number of the reading that is "now"; the last one when None.

        Returns:
            A forecast, or the reason why there is none.
        """
        number = len(checked.series) - 1 if at is None else at
        windows, refused = self._window(checked, number)
        if windows is None:
            none = np.full(STEPS, np.nan)
            return Forecast(refused, np.nan, np.asarray(MINUTES), none, none, none, np.nan)
        mean, low, high, p_low = self.predict(windows)
        return Forecast("", float(windows.now[0]), np.asarray(MINUTES), mean[0], low[0], high[0], float(p_low[0]))

    def trace(self, checked: CheckedGlucose, at: NDArray[np.int64] | None = None) -> Trace:
        """Forecasts of many moments, e.g. of a day; empty where the series is refused.

        Args:
            checked: the series with its checks.
            at: numbers of the readings that are "now"; all when None.
        """
        series = checked.series
        numbers = np.arange(len(series)) if at is None else np.asarray(at, np.int64)
        if _refusal(checked):
            numbers = numbers[:0]
        windows = cut(series.seconds, series.mg_dl, numbers, known_interval(series.minutes))
        kept = windows.usable & (series.beyond[numbers] == 0)
        return Trace(numbers[kept], *self.predict(windows.part(kept)))

    def reasons(self, checked: CheckedGlucose, at: int | None = None, target: str = "mean60") -> Reasons:
        """How much every reading of the three hours moved the forecast, against three hours flat at the last reading.

        Args:
            checked: the series with its checks.
            at: number of the reading that is "now"; the last one when None.
            target: "mean60" or "mean30", mg/dL; "low", log-odds of a low.

        Raises:
            ValueError: when there is no forecast for that moment.
        """
        number = len(checked.series) - 1 if at is None else at
        windows, refused = self._window(checked, number)
        if windows is None:
            raise ValueError(refused)
        fixed = self.calibration[int(windows.interval[0])]

        def answer(inputs: Inputs) -> torch.Tensor:
            outputs = self.average(inputs)
            if target == "low":
                return outputs.low * fixed.slope + fixed.shift
            return inputs.filled[:, -1] + outputs.mean[:, MINUTES.index(int(target.removeprefix("mean")))]

        return integrated(answer, windows, self.device)

    def predict(self, windows: Windows) -> tuple[Floats, Floats, Floats, Floats]:
        """Calibrated answers for usable windows.

        Returns:
            Mean, lower and upper end of the 90 % interval (n, 12), mg/dL; probability of a low (n,).
        """
        raw = self.raw(windows)
        fixed = [self.calibration[int(minutes)] for minutes in windows.interval]
        width = np.asarray([f.width for f in fixed]).reshape(-1, STEPS)
        mean = windows.now[:, None] + raw["mean"]
        odds = raw["low"] * np.asarray([f.slope for f in fixed]) + np.asarray([f.shift for f in fixed])
        p_low = np.where(windows.now < LOW, np.nan, 1 / (1 + np.exp(-odds)))
        return mean, mean - raw["below"] * width, mean + raw["above"] * width, p_low

    def raw(self, windows: Windows, at_once: int = 4096) -> dict[str, Floats]:
        """Answers before calibration, by the names of :class:`~riskmodels.signals.forecast.network.Outputs`."""
        parts: list[list[Floats]] = []
        with torch.no_grad():
            for start in range(0, max(len(windows), 1), at_once):
                outputs = self.average(inputs_of(windows.part(slice(start, start + at_once)), self.device))
                parts.append([t.cpu().numpy().astype(np.float64) for t in outputs])
        return {name: np.concatenate(found) for name, *found in zip(Outputs._fields, *parts, strict=True)}

    def average(self, inputs: Inputs) -> Outputs:
        """Mean of what the networks say."""
        said = [network(inputs) for network in self.networks]
        return Outputs(*(torch.stack(found).mean(0) for found in zip(*said, strict=True)))

    def _window(self, checked: CheckedGlucose, number: int) -> tuple[Windows | None, str]:
        """The window that hangs on a reading, or why there is none."""
        series = checked.series
        at_end = number == len(series) - 1
        refused = _refusal(checked) or (checked.forecast_refused if at_end else "")
        if refused:
            return None, refused
        if series.beyond[number] or not LEAST <= series.mg_dl[number] <= MOST:
            return None, f"The reading is beyond what sensors measure ({LEAST:.0f}–{MOST:.0f} mg/dL)."
        windows = cut(series.seconds, series.mg_dl, np.asarray([number]), known_interval(series.minutes))
        if not windows.usable[0]:
            return None, "The three hours before this reading have a gap, or the series begins within them."
        return windows, ""


def known_interval(minutes: float) -> int:
    """The sensor's interval as the network knows it, 5 or 15 minutes; 0 where it does not."""
    return next((known for known in INTERVALS if abs(minutes - known) <= 1), 0)


def _refusal(checked: CheckedGlucose) -> str:
    """Why no moment of a series can be forecast; empty when some can."""
    sampling = next((check for check in checked.checks if check.name == "Sampling" and not check.passed), None)
    if checked.refused:
        return checked.refused
    if sampling:
        return f"No forecast: {sampling.detail}"
    if not known_interval(checked.series.minutes):
        return f"No forecast: it knows sensors that read every 5 or 15 minutes, not every {checked.series.minutes:g}."
    return ""


def _calibration(found: dict[str, Any]) -> Calibration:
    return Calibration(tuple(found["width"]), found["slope"], found["shift"])
