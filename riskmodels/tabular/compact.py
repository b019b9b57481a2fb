"""The same model for many rows: fewer columns, no tensor of all members × inputs, rows along the last axis.

Two facts about the encoding make it smaller without changing a result:

* The known flag, the standardised value and the centred splines of a number are all combinations of its plain
  B-splines, of which only four differ from zero; those of a choice are combinations of "the answer is this one".
  So z_i = b_i T_i with short, sparse b_i, and W and V are folded to T_i W_i and T_i V_i once.
* The self-terms Σ_r s_r v_ir² of the pair sum are quadratic in b_i, where only neighbouring splines overlap. With the
  curves they become one small table on products of neighbours (splines sum to 1, so a curve is quadratic as well):

      logit = b + Σ_i ⟨products(b_i), H_i⟩ + ½ Σ_r s_r (Σ_i b_i T_i V_ir)²

Inputs that nobody in the batch has are left out of the products altogether.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from riskmodels.tabular.encoding import Encoding, InputEncoding
from riskmodels.tabular.network import Weights

#: a cubic B-spline overlaps with this many neighbours on one side
OVERLAP = 3
#: subsets of inputs whose folded weights are kept, and the fewest rows a subset is worth making for
_MOST_SUBSETS, _FEWEST_ROWS = 8, 256


@dataclass(frozen=True)
class _Group:
    """Inputs of equal width: all numbers (padded to the widest), or the choices with equally many answers.

    Args:
        inputs: their places in the model's inputs.
        width: columns of each in b.
        spline: whether they are numbers.
    """

    inputs: tuple[int, ...]
    width: int
    spline: bool

    @property
    def lags(self) -> int:
        """How many neighbours a column shares rows with."""
        return OVERLAP if self.spline else 0

    def pairs(self) -> tuple[list[int], list[int]]:
        """Left and right column of each product, in the order of :func:`_products`."""
        left = [a for lag in range(self.lags + 1) for a in range(self.width - lag)]
        return left, [a + lag for lag in range(self.lags + 1) for a in range(self.width - lag)]


@dataclass(frozen=True)
class _Folded:
    """Weights on b for some of the inputs.

    Args:
        groups: of those inputs.
        sums: (K·O·R, P), for the sums under the square.
        products: (K·O, F), H above.
        quadratic: (O, P, P) of the mean log-odds, calibrated; zero within an input.
        linear: (O, P, 1) likewise.
    """

    groups: tuple[_Group, ...]
    sums: torch.Tensor
    products: torch.Tensor
    quadratic: torch.Tensor
    linear: torch.Tensor


class Compact:
    """A model's curves and pairs, folded.

    Args:
        encoding: on its device, with its type.
        weights: likewise.
        scale: (O, 2) slope and intercept of each outcome.
        quadratic, linear: (O, p·d, p·d) and (O, p·d) of the calibrated mean log-odds on the encoded inputs.
    """

    def __init__(
        self,
        encoding: Encoding,
        weights: Weights,
        scale: torch.Tensor,
        quadratic: torch.Tensor,
        linear: torch.Tensor,
    ) -> None:
        self.encoding, self.bias, self.signs, self.scale = encoding, weights.bias, weights.signs, scale
        self._all = tuple(_groups(encoding.inputs))
        self._locals = _LocalSplines(encoding, self._all[0].inputs if self._all[0].spline else ())
        maps = [_map(encoding, group, weights.curves) for group in self._all]  # each (inputs, width, d)
        self._full = _Folded(
            self._all,
            _fold(self._all, maps, weights.pairs).T.contiguous(),
            torch.cat([_self_terms(g, m, weights) for g, m in zip(self._all, maps, strict=True)]).T.contiguous(),
            _fold_twice(self._all, maps, quadratic, weights.curves.shape[:2]),
            torch.stack([_fold(self._all, maps, w.view(weights.curves.shape[:2])[..., None]) for w in linear]),
        )
        self._subsets: dict[tuple[bool, ...], _Folded] = {}

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """Calibrated log-odds of every member, (n, p) raw values → (K, O, n)."""
        folded = self._for(x)
        return self._members(self._columns(x, folded.groups), folded)

    def values(self, x: torch.Tensor, outcomes: Sequence[int]) -> torch.Tensor:
        """Shapley values of the calibrated mean log-odds, (n, p) raw values → (outcomes, p, n)."""
        folded = self._for(x)
        return self._contributions(self._columns(x, folded.groups), folded, outcomes, x.shape[1])

    def both(self, x: torch.Tensor, outcomes: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """:meth:`logits` and :meth:`values`, encoding once."""
        folded = self._for(x)
        parts = self._columns(x, folded.groups)
        return self._members(parts, folded), self._contributions(parts, folded, outcomes, x.shape[1])

    def _for(self, x: torch.Tensor) -> _Folded:
        """The weights on the inputs that somebody in ``x`` has."""
        if len(x) < _FEWEST_ROWS:
            return self._full
        known = tuple((~x.isnan()).any(0).tolist())
        if all(known) or not any(known):
            return self._full
        if known not in self._subsets:
            if len(self._subsets) >= _MOST_SUBSETS:
                self._subsets.clear()
            self._subsets[known] = _subset(self._full, known)
        return self._subsets[known]

    def _columns(self, x: torch.Tensor, groups: tuple[_Group, ...]) -> list[torch.Tensor]:
        """b of each group, (inputs, width, n), zero where unknown."""
        return [self._locals(x, group) if group.spline else self._answers(x, group) for group in groups]

    def _answers(self, x: torch.Tensor, group: _Group) -> torch.Tensor:
        at = list(group.inputs)
        columns = x.T[at].to(self.scale.dtype).contiguous()
        # NaN sorts last, into the segment of infinite boundaries that no answer has
        segment = torch.searchsorted(self.encoding.boundaries[at, : group.width - 1].contiguous(), columns, right=True)
        segment[columns.isnan()] = group.width
        answers = torch.arange(group.width, device=x.device)[:, None]
        return (segment[:, None, :] == answers).to(self.scale.dtype)

    def _members(self, parts: list[torch.Tensor], folded: _Folded) -> torch.Tensor:
        k, o = self.bias.shape
        b = torch.cat([part.flatten(0, 1) for part in parts])  # (P, n)
        sums = (folded.sums @ b).view(k * o, len(self.signs), -1)
        pair = torch.matmul(0.5 * self.signs[None, None, :], sums.square_()).view(k, o, -1)
        products = torch.cat([_products(part, group.lags) for part, group in zip(parts, folded.groups, strict=True)])
        logits = pair.add_((folded.products @ products).view(k, o, -1)).add_(self.bias[..., None])
        return logits.mul_(self.scale[:, :1]).add_(self.scale[:, 1:])

    def _contributions(
        self, parts: list[torch.Tensor], folded: _Folded, outcomes: Sequence[int], inputs: int
    ) -> torch.Tensor:
        at = list(outcomes)
        b = torch.cat([part.flatten(0, 1) for part in parts])  # (P, n)
        quadratic, linear = folded.quadratic, folded.linear
        if at != list(range(len(quadratic))):
            quadratic, linear = quadratic[at], linear[at]
        half = (quadratic.flatten(0, 1) @ b).view(len(at), *b.shape)
        half.mul_(0.5).add_(linear).mul_(b)
        values = b.new_zeros(len(at), inputs, b.shape[1])
        start = 0
        for group in folded.groups:
            size = len(group.inputs) * group.width
            block = half[:, start : start + size].view(len(at), len(group.inputs), group.width, -1)
            values[:, list(group.inputs)] = block.sum(2)
            start += size
        return values


class _LocalSplines:
    """The four B-splines that differ from zero at a value, for several numbers at once.

    Args:
        encoding: of all inputs.
        inputs: places of the numbers.
    """

    def __init__(self, encoding: Encoding, inputs: tuple[int, ...]) -> None:
        self.encoding = encoding
        self.segments = encoding.origins.shape[1]
        near = OVERLAP + 1
        table = np.zeros((4, near, len(encoding.inputs), self.segments))
        first = np.zeros((len(encoding.inputs), self.segments), dtype=np.int64)
        for i in inputs:
            plain = encoding.inputs[i]
            coefficients = _plain_splines(plain)  # (S, 4, splines)
            for s in range(len(coefficients)):
                start = min(max(s - 1, 0), coefficients.shape[2] - near)
                first[i, s] = start
                table[:, :, i, s] = coefficients[s, :, start : start + near]
        like = encoding.origins
        self.table = torch.tensor(table.reshape(4 * near, -1), dtype=like.dtype, device=like.device)
        self.first = torch.tensor(first.ravel(), device=like.device)

    def __call__(self, x: torch.Tensor, group: _Group) -> torch.Tensor:
        """(n, p) raw values → (inputs, width, n)."""
        e, at, near = self.encoding, list(group.inputs), OVERLAP + 1
        columns = x.T[at].to(e.origins.dtype)
        known = ~columns.isnan()
        columns = torch.where(known, columns, 1.0)
        logs = [i for i, place in enumerate(at) if e.inputs[place].logarithmic]
        if logs:
            columns[logs] = columns[logs].clamp_min(1e-6).log()
        place = torch.searchsorted(e.boundaries[at], columns, right=True)  # (inputs, n)
        place += torch.tensor(at, device=x.device)[:, None] * self.segments
        flat = place.view(-1)
        u = columns.view(-1) - e.origins.view(-1)[flat]
        c = self.table[:, flat].view(4, near, -1)  # constant, linear, square, cube
        local = (((c[3] * u).add_(c[2])).mul_(u).add_(c[1])).mul_(u).add_(c[0]).mul_(known.view(-1))
        local = local.view(near, len(at), -1).transpose(0, 1)
        target = (self.first[flat].view(len(at), 1, -1)) + torch.arange(near, device=x.device)[:, None]
        return u.new_zeros(len(at), group.width, len(x)).scatter_(1, target, local)


def _groups(inputs: Sequence[InputEncoding]) -> list[_Group]:
    numbers = tuple(i for i, e in enumerate(inputs) if not e.levels)
    groups = [_Group(numbers, max(OVERLAP + 1, *(len(inputs[i].means) for i in numbers)), True)] if numbers else []
    for count in sorted({len(e.levels) for e in inputs if e.levels}):
        groups.append(_Group(tuple(i for i, e in enumerate(inputs) if len(e.levels) == count), count, False))
    return groups


def _plain_splines(encoding: InputEncoding) -> np.ndarray:
    """Cubic of each B-spline in each segment, not centred: (S, 4, splines)."""
    _, _, table = encoding.segments()
    splines = table[:, :, 2:].copy()
    splines[:, 0] += np.array(encoding.means)
    return splines


def _map(encoding: Encoding, group: _Group, like: torch.Tensor) -> torch.Tensor:
    """T of each input of a group, (inputs, width, d): encoded columns = b T."""
    maps = np.zeros((len(group.inputs), group.width, encoding.width))
    for row, i in zip(maps, group.inputs, strict=True):
        e = encoding.inputs[i]
        if e.levels:
            row[:, : e.width] = e.segments()[2][:, 0]
        else:
            row[: len(e.means), : e.width] = _spline_map(e)
    return torch.tensor(maps, dtype=like.dtype, device=like.device)


def _spline_map(encoding: InputEncoding) -> np.ndarray:
    """Known flag, standardised value and centred splines as combinations of the plain splines."""
    count, knots = len(encoding.means), np.array(encoding.knots)
    padded = np.r_[[knots[0]] * 3, knots, [knots[-1]] * 3]
    greville = (padded[1 : count + 1] + padded[2 : count + 2] + padded[3 : count + 3]) / 3  # x = Σ greville_j B_j(x)
    value = (greville - encoding.centre) / encoding.scale
    return np.column_stack([np.ones(count), value, np.eye(count) - np.array(encoding.means)])


def _fold(groups: Sequence[_Group], maps: Sequence[torch.Tensor], table: torch.Tensor) -> torch.Tensor:
    """(p, d, …) on encoded columns → (P, …) on b."""
    parts = [m @ table[list(g.inputs)].flatten(2) for g, m in zip(groups, maps, strict=True)]
    return torch.cat([part.flatten(0, 1) for part in parts])


def _fold_twice(
    groups: Sequence[_Group], maps: Sequence[torch.Tensor], quadratic: torch.Tensor, shape: Sequence[int]
) -> torch.Tensor:
    """(O, p·d, p·d) → (O, P, P)."""
    p, d = shape
    once = [_fold(groups, maps, q.view(p, d, p * d)) for q in quadratic]
    return torch.stack([_fold(groups, maps, q.T.reshape(p, d, -1)).T.contiguous() for q in once])


def _self_terms(group: _Group, maps: torch.Tensor, weights: Weights) -> torch.Tensor:
    """H of a group, (inputs · products, K·O): curves minus half the squares of the pair sum, on products of columns."""
    at = list(group.inputs)
    curves = maps @ weights.curves[at].flatten(2)  # (inputs, width, K·O)
    v = (maps @ weights.pairs[at].flatten(2)).view(*curves.shape, -1)
    left, right = group.pairs()
    twice = torch.tensor([1.0 if a == b else 2.0 for a, b in zip(left, right, strict=True)]).to(curves)[:, None]
    squares = (v[:, left] * v[:, right]) @ weights.signs
    folded: torch.Tensor = (twice * (0.5 * (curves[:, left] + curves[:, right]) - 0.5 * squares)).flatten(0, 1)
    return folded


def _products(part: torch.Tensor, lags: int) -> torch.Tensor:
    """(inputs, width, n) → (inputs · products, n); 0-or-1 columns are their own squares."""
    if not lags:
        return part.flatten(0, 1)
    width = part.shape[1]
    return torch.cat([part[:, : width - lag] * part[:, lag:] for lag in range(lags + 1)], dim=1).flatten(0, 1)


def _subset(full: _Folded, known: tuple[bool, ...]) -> _Folded:
    groups, columns, products = [], [], []
    column = product = 0
    for group in full.groups:
        each = len(group.pairs()[0])
        for i in group.inputs:
            columns += [known[i]] * group.width
            products += [known[i]] * each
        column, product = column + len(group.inputs) * group.width, product + len(group.inputs) * each
        kept = tuple(i for i in group.inputs if known[i])
        if kept:
            groups.append(_Group(kept, group.width, group.spline))
    c, f = (torch.tensor(flags, device=full.sums.device) for flags in (columns, products))
    return _Folded(
        tuple(groups),
        full.sums[:, c].contiguous(),
        full.products[:, f].contiguous(),
        full.quadratic[:, c][:, :, c].contiguous(),
        full.linear[:, c].contiguous(),
    )
