"""Windows: three hours of readings before a moment, and the hour after it, on cells of five minutes.

Every window hangs on one reading, the moment "now". Cell k lies 5·k minutes after it and holds the reading nearest to
that time, if one lies within two and a half minutes: irregular and doubled readings fall into place, and no reading
after "now" can enter the history. A cell without one repeats the last reading before it; nothing is drawn between two
readings, since that would tell the earlier one what comes later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: minutes of a cell
CELL = 5
#: cells of the history, the last is now
HISTORY = 36
#: cells of the future
STEPS = 12
#: minutes after now of every step of the future
MINUTES = tuple(CELL * (step + 1) for step in range(STEPS))
#: cells in which a reading may be repeated: a 15-minute sensor fills them all, a 5-minute sensor may miss two readings
REPEATS = 2
#: mg/dL; below it is a low
LOW = 70.0
#: cells looked at before now: what the first cell of the history may repeat
_BEFORE = HISTORY + REPEATS
#: minutes of the sensors that the network knows
INTERVALS = (5, 15)


@dataclass(frozen=True)
class Windows:
    """Windows of one or more people.

    Args:
        history: (n, 36) mg/dL, NaN where no reading lies in the cell; the last cell is now.
        earlier: (n, 2) mg/dL, the two cells before: for what the first cells repeat.
        future: (n, 12) mg/dL, NaN where no reading lies in the cell.
        interval: (n,) minutes between readings, 5 or 15.
        day: (n,) time of day of now, as a share of 24 hours.
        person: (n,) who.
    """

    history: NDArray[np.float32]
    earlier: NDArray[np.float32]
    future: NDArray[np.float32]
    interval: NDArray[np.float32]
    day: NDArray[np.float32]
    person: NDArray[Any]

    def __len__(self) -> int:
        return len(self.history)

    def part(self, kept: Any) -> Windows:
        """Some of them: a mask, numbers or a slice."""
        return Windows(*(array[kept] for array in self._arrays()))

    @staticmethod
    def together(parts: list[Windows]) -> Windows:
        """All windows of several."""
        return Windows(*(np.concatenate(arrays) for arrays in zip(*(part._arrays() for part in parts), strict=True)))

    def _arrays(self) -> tuple[NDArray[Any], ...]:
        return self.history, self.earlier, self.future, self.interval, self.day, self.person

    @property
    def filled(self) -> NDArray[np.float32]:
        """(n, 36) mg/dL: cells without a reading repeat the one before, up to two of them; NaN beyond."""
        return fill(np.concatenate([self.earlier, self.history], axis=1))[:, REPEATS:]

    @property
    def usable(self) -> NDArray[np.bool_]:
        """(n,) whether the history is unbroken."""
        return np.asarray(~np.isnan(self.filled).any(axis=1))

    @property
    def judged(self) -> NDArray[np.bool_]:
        """(n,) usable, with readings at 30 and 60 minutes and no stretch of the hour without one."""
        after = fill(np.concatenate([self.history[:, -REPEATS:], self.future], axis=1))[:, REPEATS:]
        seen = ~np.isnan(self.future[:, [5, 11]]).any(axis=1) & ~np.isnan(after).any(axis=1)
        return np.asarray(seen & self.usable)

    @property
    def now(self) -> NDArray[np.float32]:
        """(n,) mg/dL, the last reading."""
        return self.history[:, -1]

    @property
    def low_ahead(self) -> NDArray[np.bool_]:
        """(n,) whether a reading of the next hour is below 70 mg/dL."""
        with np.errstate(invalid="ignore"):
            return np.asarray((self.future < LOW).any(axis=1))

    def thinned(self) -> Windows:
        """As a 15-minute sensor would have seen the history; every third cell, counted from now."""
        history, earlier = self.history.copy(), self.earlier.copy()
        for late in (1, 2):
            history[:, HISTORY - 1 - late :: -3] = np.nan
        earlier[:, 0] = np.nan  # 37 cells before now; the other of the two is 36 before, a third one
        return Windows(history, earlier, self.future, np.full_like(self.interval, 15), self.day, self.person)


def fill(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """Repeat the last reading in up to two cells without one.

    Args:
        cells: (n, c) with NaN.

    Returns:
        (n, c); NaN where the last reading lies further back, or there is none.
    """
    places = np.arange(cells.shape[1])
    last = np.maximum.accumulate(np.where(np.isnan(cells), -1, places), axis=1)
    found = np.take_along_axis(cells, np.maximum(last, 0), axis=1)
    return np.where((last >= 0) & (places - last <= REPEATS), found, np.nan).astype(np.float32)


def sensor_interval(seconds: Floats) -> int:
    """Minutes between readings: 5 or 15, whichever the middle of the gaps is nearer to; 0 where neither.

    Args:
        seconds: (n,) of the readings, increasing.
    """
    gaps = np.diff(seconds) / 60
    gaps = gaps[gaps <= 20]
    middle = float(np.median(gaps)) if len(gaps) else np.inf
    return 5 if middle < 7.5 else 15 if middle < 17.5 else 0


def cut(seconds: Floats, mg_dl: Floats, at: NDArray[np.int64], interval: float, person: object = "") -> Windows:
    """Windows that hang on some readings of one series.

    Args:
        seconds: (n,) since midnight before the first reading, strictly increasing.
        mg_dl: (n,).
        at: (m,) numbers of the readings that are "now".
        interval: minutes between readings, 5 or 15.
        person: whose.

    Returns:
        m windows, usable or not.
    """
    cells = np.arange(-_BEFORE + 1, STEPS + 1)
    wanted = seconds[at][:, None] + cells * (60.0 * CELL)
    right = np.clip(np.searchsorted(seconds, wanted), 1, max(len(seconds) - 1, 1))
    left = right - 1
    right = np.minimum(right, len(seconds) - 1)
    nearest = np.where(wanted - seconds[left] <= seconds[right] - wanted, left, right)
    inside = np.abs(seconds[nearest] - wanted) <= 30.0 * CELL
    values = np.where(inside, mg_dl[nearest], np.nan).astype(np.float32)
    day = ((seconds[at] / 86400.0) % 1.0).astype(np.float32)
    return Windows(
        values[:, REPEATS:_BEFORE],
        values[:, :REPEATS],
        values[:, _BEFORE:],
        np.full(len(at), interval, np.float32),
        day,
        np.full(len(at), person),
    )
