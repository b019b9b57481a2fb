"""The strongest reasons of many rows in words: “Glucose 118 mg/dL raises; HDL cholesterol 62 mg/dL lowers”."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from riskmodels.units import Unit, find_unit
from riskmodels.vocabulary import VOCABULARY

#: log-odds; a smaller contribution is not worth a word
LEAST = 0.005


class Words:
    """Writes reasons, remembering the texts of values that come again.

    Args:
        units: unit symbol by variable; canonical where absent.
    """

    def __init__(self, units: Mapping[str, str]) -> None:
        self._units: dict[str, Unit] = {
            name: find_unit(VOCABULARY[name].units, symbol) for name, symbol in units.items()
        }
        self._texts: dict[tuple[str, float], str] = {}

    def value(self, name: str, value: float) -> str:
        """A variable with its value: ``Glucose 118 mg/dL``, ``Smoking (never)``."""
        text = self._texts.get((name, value))
        if text is None:
            variable = VOCABULARY[name]
            shown = variable.format(value, self._units.get(name))
            text = f"{variable.label} ({shown})" if variable.choices else f"{variable.label} {shown}"
            self._texts[name, value] = text
        return text

    def reasons(self, frame: pd.DataFrame, values: pd.DataFrame, most: int = 3) -> list[str]:
        """The strongest reasons of each row, strongest first.

        Args:
            frame: n rows of a PatientFrame.
            values: n × p contributions in log-odds, columns named as in the vocabulary; 0 = unknown.
            most: reasons a row.

        Returns:
            One text a row.
        """
        contributions = values.to_numpy()
        names = list(values.columns)
        known = frame[names].to_numpy()
        order = np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :most]  # n × most
        return [
            "; ".join(
                f"{self.value(names[i], float(known[row, i]))} {'raises' if contributions[row, i] > 0 else 'lowers'}"
                for i in best
                if abs(contributions[row, i]) >= LEAST
            )
            for row, best in enumerate(order)
        ]
