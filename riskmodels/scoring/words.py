"""The strongest reasons of many rows in words: “Glucose 118 mg/dL raises; HDL cholesterol 62 mg/dL lowers”.

Whole columns at a time. A text is made once for each value as it is shown (118.2 and 118.4 mg/dL are one), and found
again for all rows that show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskmodels.columns import Floats
from riskmodels.units import Unit, find_unit, from_canonical, to_canonical
from riskmodels.variable import Variable
from riskmodels.vocabulary import VOCABULARY

#: log-odds; a smaller contribution is not worth a word
LEAST = 0.005
#: texts kept at most; beyond them they are made anew
_MOST_TEXTS = 200_000

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Strongest:
    """The strongest reasons of n rows, strongest first.

    Args:
        inputs: (n, most) places in ``names``.
        contributions: (n, most) in log-odds.
        names: variables.
    """

    inputs: Places
    contributions: Floats
    names: tuple[str, ...]


def strongest(values: pd.DataFrame, most: int = 3) -> Strongest:
    """Find the strongest reasons of each row.

    Args:
        values: n × p contributions in log-odds, columns named as in the vocabulary; 0 = unknown.
        most: reasons a row.
    """
    left = np.abs(values.to_numpy())  # a copy, emptied as reasons are found; ties go to the first input
    rows, places = np.arange(len(left)), []
    for _ in range(min(most, left.shape[1])):
        best = left.argmax(axis=1)
        left[rows, best] = -1.0
        places.append(best)
    inputs = np.stack(places, axis=1).astype(np.int64) if places else np.empty((len(left), 0), np.int64)
    return Strongest(inputs, np.take_along_axis(values.to_numpy(), inputs, axis=1), tuple(map(str, values.columns)))


class Words:
    """Writes reasons, remembering the texts of values that come again.

    Args:
        units: unit symbol by variable; canonical where absent.
        variables: what the inputs are.
    """

    def __init__(self, units: Mapping[str, str], variables: Mapping[str, Variable] = VOCABULARY) -> None:
        self._variables = variables
        self._units: dict[str, Unit] = {
            name: find_unit(variables[name].accepted, symbol) for name, symbol in units.items()
        }
        self._places: dict[str, dict[float, int]] = {}
        self._texts: list[str] = []
        self._pool: pa.Array = _no_texts()

    def value(self, name: str, value: float) -> str:
        """A variable with its value: ``Glucose 118 mg/dL``, ``Smoking (never)``."""
        variable = self._variables[name]
        shown = variable.format(value, self._units.get(name))
        return f"{variable.label} ({shown})" if variable.choices else f"{variable.label} {shown}"

    def reasons(self, frame: pd.DataFrame, values: pd.DataFrame, most: int = 3) -> list[str]:
        """The strongest reasons of each row, strongest first.

        Args:
            frame: n rows of a PatientFrame.
            values: n × p contributions in log-odds, columns named as in the vocabulary; 0 = unknown.
            most: reasons a row.

        Returns:
            One text a row.
        """
        texts: list[str] = self.column(frame, values, most).to_pylist()
        return texts

    def column(self, frame: pd.DataFrame, values: pd.DataFrame, most: int = 3) -> pa.Array:
        """:meth:`reasons` as an Arrow column, without a Python object a row."""
        if len(self._texts) > _MOST_TEXTS:
            self._forget()
        places = self._find(frame, strongest(values, most))
        self._pool = pa.concat_arrays([self._pool, pa.array(self._texts[len(self._pool) :], pa.string())])
        parts = [self._pool.take(pa.array(rank, mask=rank < 0)) for rank in places.T]
        if not parts:
            return pa.array([""] * len(values), pa.string())
        # a row of nulls alone would be left out (pyarrow 26); the first is the strongest
        first = parts[0].fill_null("")
        return pc.binary_join_element_wise(first, *parts[1:], "; ", null_handling="skip")

    def _forget(self) -> None:
        self._places, self._texts, self._pool = {}, [], _no_texts()

    def _find(self, frame: pd.DataFrame, found: Strongest) -> Places:
        """(n, most) places of the texts in the pool; −1 where there is nothing to say."""
        places = np.full(found.inputs.size, -1, dtype=np.int64)
        contributions, most = found.contributions.ravel(), found.inputs.shape[1]
        worth = np.flatnonzero(np.abs(contributions) >= LEAST)
        inputs = found.inputs.ravel()[worth].astype(np.int16)
        worth = worth[np.argsort(inputs, kind="stable")]  # of one input after the other
        counts = np.bincount(inputs, minlength=len(found.names))
        for name, mine in zip(found.names, np.split(worth, np.cumsum(counts)[:-1]), strict=True):
            if not len(mine):
                continue
            shown = self._as_shown(name, frame[name].to_numpy(float)[mine // most])
            distinct, which = np.unique(shown, return_inverse=True)
            known = np.array([self._place(name, value) for value in distinct.tolist()], dtype=np.int64)
            places[mine] = known[which] + (contributions[mine] > 0)
        return places.reshape(found.inputs.shape)

    def _place(self, name: str, value: float) -> int:
        """Place of “… lowers” in the pool; “… raises” comes next."""
        known = self._places.setdefault(name, {})
        if value not in known:
            known[value] = len(self._texts)
            text = self.value(name, value)
            self._texts += [f"{text} lowers", f"{text} raises"]
        return known[value]

    def _as_shown(self, name: str, values: Floats) -> Floats:
        """Values that are shown alike made equal, so that their text is made once. Halves are left to the format."""
        variable = self._variables[name]
        if variable.choices or not variable.units:
            return values
        unit = self._units.get(name, variable.units[0])
        scale = 10.0**unit.decimals
        steps = np.asarray(from_canonical(values, unit)) * scale
        near_half = np.abs(np.abs(steps - np.floor(steps)) - 0.5) < 1e-6
        return np.where(near_half, values, np.asarray(to_canonical(np.rint(steps) / scale, unit)))


def _no_texts() -> pa.Array:
    return pa.array([], pa.string())
