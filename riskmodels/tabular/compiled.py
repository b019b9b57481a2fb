"""The folded table on a CPU, as machine code: one row after the other, and of a row only what is known.

The same numbers as :class:`riskmodels.tabular.folded.Folded`, to 1e-12: tested. The segments, cubics and pairs of a row
stay in the processor's nearest memory, and pairs with an unknown input cost nothing.

numba compiles the program when a process first needs it, which takes some two seconds and 150 MB: worth it for many
rows (:data:`riskmodels.tabular.program.MANY`). It is not kept on disk: numba would keep it as a pickle, and no file is
ever unpickled here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np
import numpy.typing as npt

from riskmodels.columns import Floats
from riskmodels.tabular.encoding import LEAST_OF_LOGARITHM
from riskmodels.tabular.folded import Folded
from riskmodels.tabular.network import PAIR_COLUMNS, REACH

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.uint64]

#: forms are computed so many at a time: what the processor does at once
_LANES = 8


#: multiply and add may be one step, nothing else is reordered
_machine_code = numba.njit(nogil=True, error_model="numpy", fastmath={"contract"})


@_machine_code
def _encode(
    r: int,
    x: Floats,
    logarithmic: Flags,
    boundaries: Floats,
    origins: Floats,
    cubics: Floats,
    place: Places,
    columns: Floats,
) -> int:
    """Curves and pair columns of what is known of a row, one after the other; their places, and how many there are."""
    known, width = 0, columns.shape[1] - PAIR_COLUMNS
    for i in range(x.shape[1]):
        value = x[r, i]
        if np.isnan(value):
            continue
        if logarithmic[i]:
            value = np.log(max(value, LEAST_OF_LOGARITHM))
        segment = 0
        for s in range(boundaries.shape[1]):
            segment += value >= boundaries[i, s]
        u = value - origins[i, segment]
        for c in range(width + PAIR_COLUMNS):
            columns[known, c] = (
                (cubics[i, segment, 3, c] * u + cubics[i, segment, 2, c]) * u + cubics[i, segment, 1, c]
            ) * u + cubics[i, segment, 0, c]
        for c in range(width, width + PAIR_COLUMNS):
            columns[known, c] = min(max(columns[known, c], -REACH), REACH)
        place[known] = i
        known += 1
    return known


@_machine_code
def _pair(known: int, place: Places, columns: Floats, blocks: Floats, total: Floats, added: Floats) -> None:
    """What each known input adds together with all the others, (known, W)."""
    width = added.shape[1]
    for a in range(known):
        for f in range(width):
            added[a, f] = 0.0
    for a in range(known):
        for f in range(width):
            total[f] = 0.0
        i, a0, a1, a2 = place[a], columns[a, width], columns[a, width + 1], columns[a, width + 2]
        for b in range(a + 1, known):
            b0, b1, b2 = columns[b, width], columns[b, width + 1], columns[b, width + 2]
            w00, w01, w02, w10, w11, w12 = a0 * b0, a0 * b1, a0 * b2, a1 * b0, a1 * b1, a1 * b2
            j, w20, w21, w22 = place[b], a2 * b0, a2 * b1, a2 * b2
            for f in range(width):
                both = w00 * blocks[i, j, 0, f] + w01 * blocks[i, j, 1, f] + w02 * blocks[i, j, 2, f]
                both += w10 * blocks[i, j, 3, f] + w11 * blocks[i, j, 4, f] + w12 * blocks[i, j, 5, f]
                both += w20 * blocks[i, j, 6, f] + w21 * blocks[i, j, 7, f] + w22 * blocks[i, j, 8, f]
                total[f] += both
                added[b, f] += both
        for f in range(width):
            added[a, f] += total[f]


@_machine_code
def _rows(
    x: Floats,
    logarithmic: Flags,
    boundaries: Floats,
    origins: Floats,
    cubics: Floats,
    blocks: Floats,
    base: Floats,
    forms: Floats,
    values: Floats,
) -> None:
    """Fill ``forms`` (n, F) with the log-odds of each form, ``values`` (w, n, p) with contributions to the first w.

    Args:
        x: (n, p) raw values, NaN where unknown.
        logarithmic: (p,) what is encoded by its logarithm.
        boundaries, origins: (p, S - 1) and (p, S) of the segments.
        cubics: (p, S, 4, W + 3): of each segment the coefficients of the W ≥ F curves and of the three pair columns.
        blocks: (p, p, 9, W): what two inputs add together, by pair column of the one and of the other.
        base: (W,).
        forms, values: zero before.
    """
    p, width = x.shape[1], base.shape[0]
    columns, added = np.empty((p, width + PAIR_COLUMNS)), np.empty((p, width))
    total, place = np.empty(width), np.empty(p, np.uint64)
    for r in range(x.shape[0]):
        known = _encode(r, x, logarithmic, boundaries, origins, cubics, place, columns)
        _pair(known, place, columns, blocks, total, added)
        for f in range(forms.shape[1]):
            forms[r, f] = base[f]
        for a in range(known):
            for f in range(width):
                added[a, f] = columns[a, f] + 0.5 * added[a, f]  # a pair is split in half between its two
            for f in range(forms.shape[1]):
                forms[r, f] += added[a, f]
            for o in range(values.shape[0]):
                values[o, r, place[a]] = added[a, o]


class Compiled:
    """Several forms on the same encoding, on a CPU, in double precision.

    Args:
        folded: the table, on a CPU.
    """

    def __init__(self, folded: Folded) -> None:
        encoding, count = folded.encoding, folded.count
        inputs, width = len(encoding.inputs), -(-count // _LANES) * _LANES
        self.count = count
        table = folded.table.numpy().transpose(1, 2, 0, 3)  # (p, S, power, F + m)
        cubics = np.zeros((*table.shape[:3], width + PAIR_COLUMNS))
        cubics[..., :count], cubics[..., width:] = table[..., :count], table[..., count:]
        pairs = folded.quadratic.numpy().reshape(count, inputs, PAIR_COLUMNS, inputs, PAIR_COLUMNS)
        blocks = np.zeros((inputs, inputs, PAIR_COLUMNS**2, width))
        blocks[..., :count] = pairs.transpose(1, 3, 2, 4, 0).reshape(inputs, inputs, -1, count)
        base = np.zeros(width)
        base[:count] = folded.base.numpy()
        lines = (encoding.log_mask, encoding.boundaries, encoding.origins)
        self._table = (*(line.numpy() for line in lines), cubics, blocks, base)

    def logits(self, x: Floats) -> Floats:
        """All forms, (n, p) raw values → (n, F)."""
        return self._run(x, 0)[0]

    def explained(self, x: Floats, wanted: Sequence[int]) -> tuple[Floats, Floats]:
        """:meth:`logits`, and the Shapley values of some of the forms, (wanted, n, p)."""
        forms, values = self._run(x, max(wanted) + 1 if wanted else 0)
        return forms, values if list(wanted) == list(range(len(values))) else values[list(wanted)]

    def _run(self, x: Floats, explained: int) -> tuple[Floats, Floats]:
        forms, values = np.zeros((len(x), self.count)), np.zeros((explained, *x.shape))
        _rows(np.ascontiguousarray(x), *self._table, forms, values)  # type: ignore[call-arg]  # numba's own stubs
        return forms, values
