"""A PatientFrame as plain arrays: each column is taken out of the frame once, whoever asks for it.

Indexing a frame costs many times what a formula costs on one row, so formulas read :class:`Columns`, for one row and
for a million alike, and frames stand at the edge only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

#: metadata of a Parquet file that holds a PatientFrame: its answers are the vocabulary's codes, its units canonical
PATIENT_FRAME = {b"carerisk": b"PatientFrame"}

#: as many rows are taken out of a frame of numbers all at once; of more, what is asked for
_FEW_ROWS = 64


class Columns:
    """Columns by name, each (n,) float64; all NaN (read-only) where there is none of that name.

    Args:
        rows: n.
        arrays: the columns.
        frame: what further columns are taken from.
    """

    def __init__(self, rows: int, arrays: Mapping[str, Floats], frame: pd.DataFrame | None = None) -> None:
        self.rows = rows
        self._arrays, self._frame = dict(arrays), frame

    @classmethod
    def of(cls, data: pd.DataFrame | Columns) -> Columns:
        """The columns of a frame; columns stay as they are."""
        if isinstance(data, Columns):
            return data
        if len(data) <= _FEW_ROWS and (data.dtypes == np.float64).all():
            return cls(len(data), dict(zip(data.columns.tolist(), data.to_numpy().T, strict=True)))
        return cls(len(data), {}, data)

    @classmethod
    def of_row(cls, patient: pd.Series) -> Columns:
        """One row of a PatientFrame as columns of one value."""
        values = patient.to_numpy(dtype=np.float64, na_value=np.nan)
        return cls(1, {str(name): values[i : i + 1] for i, name in enumerate(patient.index)})

    def __getitem__(self, name: str) -> Floats:
        found = self._arrays.get(name)
        if found is None:
            found = self._arrays[name] = self._take(name)
        return found

    def _take(self, name: str) -> Floats:
        if self._frame is None or name not in self._frame:
            return np.broadcast_to(np.float64(np.nan), self.rows)
        cells = self._frame[name]
        return cells.to_numpy() if cells.dtype == np.float64 else cells.to_numpy(dtype=np.float64, na_value=np.nan)

    def cells(self, name: str) -> pd.Series | Floats | None:
        """A column as it stands in the frame, words or numbers; None where there is none of that name."""
        if self._frame is not None and name in self._frame:
            return self._frame[name]
        return self._arrays.get(name)

    def pick(self, names: Iterable[str]) -> dict[str, Floats]:
        """Several columns by name."""
        return {name: self[name] for name in names}

    def replaced(self, **arrays: Floats) -> Columns:
        """The same with other values in some columns."""
        return Columns(self.rows, self._arrays | arrays, self._frame)
