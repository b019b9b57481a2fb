"""Inputs → numbers a network can use: known flag, standardised value, spline or one-hot columns.

Every column of every input is a piecewise cubic of the input, so the whole encoding is one table of polynomial
coefficients: find the segment, evaluate the cubic, multiply by "known". An unknown input is exactly zero in all
its columns. B-splines are linear beyond the outermost knots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy.interpolate import BSpline

from riskmodels.columns import Columns
from riskmodels.model_files.card_values import number, numbers, record
from riskmodels.variable import Kind, Variable
from riskmodels.vocabulary import VOCABULARY, vague_of

#: inputs that span orders of magnitude are encoded by their logarithm
LOGARITHMIC = frozenset({"triglycerides", "uacr", "crp", "creatinine", "egfr", "glucose"})
#: rows computed at once: few enough for what is between to stay in the processor's cache
CHUNK = 512
#: what is encoded by its logarithm counts as this at least
LEAST_OF_LOGARITHM = 1e-6
#: numbers with at most this many distinct values are encoded as choices
FEW_VALUES = 6


def knot_levels(n_knots: int) -> np.ndarray:
    """Quantiles at which knots stand: evenly in between, closer in the tails, where diagnoses are."""
    inner = np.linspace(0.05, 0.95, n_knots - 3)
    return np.concatenate([[0.01], inner, [0.99, 0.998]])


@dataclass(frozen=True)
class InputEncoding:
    """How one input is encoded, as learnt from training data.

    Args:
        name: variable.
        logarithmic: whether its logarithm is encoded.
        levels: the codes of a choice or yes/no; empty for numbers.
        knots: spline knots, ascending, on the encoded (maybe logarithmic) scale; empty for choices.
        centre, scale: standardisation on the encoded scale.
        means: mean of each spline or level column over the known training rows; subtracted.
    """

    name: str
    logarithmic: bool
    levels: tuple[float, ...]
    knots: tuple[float, ...]
    centre: float
    scale: float
    means: tuple[float, ...]

    @classmethod
    def fit(cls, variable: Variable, values: np.ndarray, n_knots: int) -> InputEncoding:
        """Learn from the known values of one input (1-d, canonical unit)."""
        name, distinct = variable.name, np.unique(values)
        if variable.kind is not Kind.NUMBER or len(distinct) <= FEW_VALUES:
            codes = tuple(c.code for c in variable.choices) or tuple(distinct.tolist())
            shares = np.array([np.mean(values == code) for code in codes])
            return cls(name, False, codes, (), 0.0, 1.0, tuple((shares @ _as_levels(name, codes, shares)).tolist()))
        logarithmic = name in LOGARITHMIC
        x = np.log(values) if logarithmic else values
        knots = np.unique(np.quantile(x, knot_levels(n_knots)))
        centre, scale = float(x.mean()), float(x.std())
        draft = cls(name, logarithmic, (), tuple(knots.tolist()), centre, scale, (0.0,) * (len(knots) + 2))
        columns = draft.evaluate(values)[:, 2:]
        return cls(name, logarithmic, (), draft.knots, centre, scale, tuple(columns.mean(axis=0).tolist()))

    @property
    def width(self) -> int:
        """Number of columns."""
        return 1 + len(self.levels) if self.levels else 2 + len(self.means)

    @property
    def own(self) -> tuple[int, ...]:
        """Columns of the levels that leave others open; see :class:`riskmodels.tabular.hiding.VagueAnswer`."""
        return tuple(1 + self.levels.index(code) for code in vague_of(self.name) if code in self.levels)

    def segments(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The piecewise cubic of all columns.

        Returns:
            boundaries (S-1,), origins (S,), coefficients (S, 4, width): in segment s a column is
            Σ_k coefficients[s, k] · (x − origins[s])^k.
        """
        return self._choice_segments() if self.levels else self._spline_segments()

    @property
    def answers(self) -> tuple[float, ...]:
        """Codes that can be told of a choice, ascending: its levels, and those that leave levels open."""
        vague = vague_of(self.name).items()
        return tuple(sorted({*self.levels, *(code for code, may_be in vague if set(may_be) <= set(self.levels))}))

    def _choice_segments(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        answers, means = np.array(self.answers), np.array(self.means)
        of_level = dict(zip(self.levels, means.tolist(), strict=True))
        rows = _as_levels(self.name, self.answers, np.array([of_level.get(code, 0.0) for code in self.answers]))
        table = np.zeros((len(answers), 4, self.width))
        table[:, 0, 0] = 1.0
        table[:, 0, 1:] = rows[:, np.isin(answers, self.levels)] - means
        return (answers[1:] + answers[:-1]) / 2, answers, table

    def _spline_segments(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        knots = np.array(self.knots)
        padded = np.r_[[knots[0]] * 3, knots, [knots[-1]] * 3]
        n_basis = len(knots) + 2
        origins = np.r_[knots[0], knots[:-1], knots[-1]]  # linear · cubic … · linear
        table = np.zeros((len(origins), 4, self.width))
        basis = BSpline(padded, np.eye(n_basis), 3)
        # scipy takes the right-hand piece at a knot; the last knot belongs to the piece before it
        inside = np.r_[knots[:-1], np.nextafter(knots[-1], knots[0])]
        for power, factor in enumerate((1.0, 1.0, 0.5, 1 / 6)):
            derivative = basis.derivative(power)(inside) if power else basis(inside)
            table[1:-1, power, 2:] = factor * derivative[:-1]
            if power < 2:
                table[0, power, 2:] = derivative[0]
                table[-1, power, 2:] = derivative[-1]
        table[:, 0, 2:] -= np.array(self.means)
        table[:, 0, 0] = 1.0
        table[:, 0, 1] = (origins - self.centre) / self.scale
        table[:, 1, 1] = 1 / self.scale
        return knots, origins, table

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Columns of known values, (n,) → (n, width): the plain reference of the batched program."""
        boundaries, origins, table = self.segments()
        x = np.log(values) if self.logarithmic else values
        s = np.searchsorted(boundaries, x, side="right")
        powers = (x - origins[s])[:, None] ** np.arange(4)
        return np.asarray(np.einsum("nk,nkd->nd", powers, table[s]))


def _as_levels(name: str, codes: tuple[float, ...], shares: np.ndarray) -> np.ndarray:
    """What each answer is of each, (answers, answers).

    An answer is itself. One that leaves others open is them as well, by their shares among the training people; and
    they are it, where it is all that the training people were ever asked.
    """
    rows = np.eye(len(codes))
    for code, may_be in vague_of(name).items():
        if code not in codes or not set(may_be) <= set(codes):
            continue
        at, others = codes.index(code), [codes.index(other) for other in may_be]
        if shares[others].sum() > 0:
            rows[at, others] = shares[others] / shares[others].sum()
        elif shares[at] > 0:
            rows[others] = rows[at]
    return rows


def with_vague(name: str, codes: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Answers that training people gave, and how many; and those that leave some of them open, given by nobody."""
    vague = vague_of(name).items()
    more = [code for code, may_be in vague if code not in codes and set(may_be) <= set(codes.tolist())]
    at = np.searchsorted(codes, more)
    return np.insert(codes, at, more), np.insert(counts, at, 0)


class Encoding(torch.nn.Module):
    """The encodings of all inputs as one batched program.

    Args:
        inputs: one :class:`InputEncoding` an input; their order is the order of columns everywhere.
    """

    boundaries: torch.Tensor
    origins: torch.Tensor
    table: torch.Tensor
    log_mask: torch.Tensor

    def __init__(self, inputs: Sequence[InputEncoding]) -> None:
        super().__init__()
        self.inputs = tuple(inputs)
        self.names = tuple(e.name for e in self.inputs)
        self.width = max(e.width for e in self.inputs)
        pieces = [e.segments() for e in self.inputs]
        n_segments = max(len(origins) for _, origins, _ in pieces)
        boundaries = np.full((len(pieces), n_segments - 1), np.inf)
        origins = np.zeros((len(pieces), n_segments))
        table = np.zeros((len(pieces), n_segments, 4, self.width))
        for i, (bounds, starts, coefficients) in enumerate(pieces):
            boundaries[i, : len(bounds)] = bounds
            origins[i, : len(starts)] = starts
            table[i, : len(starts), :, : coefficients.shape[2]] = coefficients
        self.register_buffer("boundaries", torch.tensor(boundaries))
        self.register_buffer("origins", torch.tensor(origins))
        self.register_buffer("table", torch.tensor(table))
        self.register_buffer("log_mask", torch.tensor([e.logarithmic for e in self.inputs]))

    @classmethod
    def fit(
        cls,
        frame: pd.DataFrame,
        names: Sequence[str],
        n_knots: int,
        variables: Mapping[str, Variable] = VOCABULARY,
    ) -> Encoding:
        """Learn the encodings of the named inputs from a PatientFrame; ``variables`` says what they are."""
        values = {name: frame[name].dropna().to_numpy(float) for name in names}
        return cls([InputEncoding.fit(variables[name], values[name], n_knots) for name in names])

    def matrix(self, frame: pd.DataFrame | Columns) -> torch.Tensor:
        """PatientFrame or its columns → (n, p) float64 tensor of raw values, NaN where unknown or absent."""
        facts = Columns.of(frame)
        return torch.from_numpy(np.stack([facts[name] for name in self.names], axis=1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Raw values → encoded columns.

        Args:
            x: (n, p) raw values, NaN where unknown.

        Returns:
            (p, n, width), exactly zero where unknown; of the table's type (float64 unless lowered).
        """
        columns = x.T.to(self.origins.dtype)
        known = ~torch.isnan(columns)
        columns = torch.where(known, columns, 1.0)
        columns = torch.where(self.log_mask[:, None], columns.clamp_min(LEAST_OF_LOGARITHM).log(), columns).contiguous()
        segment = torch.searchsorted(self.boundaries, columns, right=True)  # (p, n)
        u = (columns - self.origins.gather(1, segment))[..., None]
        rows = torch.arange(len(self.inputs), device=x.device)[:, None]
        c = self.table[rows, segment]  # (p, n, 4, width)
        cubic = ((c[:, :, 3] * u + c[:, :, 2]) * u + c[:, :, 1]) * u + c[:, :, 0]
        return cubic * known[..., None]

    def to_list(self) -> list[dict[str, Any]]:
        """For the card: plain lists and numbers."""
        return [asdict(e) for e in self.inputs]

    @classmethod
    def from_list(cls, rows: Sequence[dict[str, Any]], variables: Mapping[str, Variable] = VOCABULARY) -> Encoding:
        """The inverse of :meth:`to_list`, of inputs that ``variables`` knows.

        Raises:
            TypeError, ValueError, KeyError: when an entry is no encoding.
        """
        return cls([_read_input(row, variables) for row in rows])


def _read_input(row: dict[str, Any], variables: Mapping[str, Variable]) -> InputEncoding:
    for part in ("levels", "knots", "means"):
        numbers(row[part])
    lists = {part: tuple(row[part]) for part in ("levels", "knots", "means")}  # as they are told: a hash covers them
    read = record(InputEncoding, row | lists | {part: number(row[part]) for part in ("centre", "scale")})
    columns = len(read.levels) or len(read.knots) + 2
    if read.name not in variables or len(read.means) != columns or read.scale == 0:
        raise ValueError("an input whose columns do not go together")
    if not read.levels and (len(read.knots) < 2 or (np.diff(read.knots) <= 0).any()):
        raise ValueError("knots that do not ascend")
    return read
