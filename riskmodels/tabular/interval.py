"""The interval: where 90 of 100 people with these facts would land if everything unknown were measured.

Two heads h of the network's own form give its half-widths below and above the estimate, in log-odds:

    low = logit − slope · w(h_low),      high = logit + slope · w(h_high),      w(h) = log(1 + exp h) + least

They are taught by quantile regression. People are looked at with inputs hidden, and what is to lie in the interval is
the log-odds that a *random bootstrap member* gives the same person with nothing hidden, under a calibration drawn from
its own uncertainty. So by the law of total variance one interval holds what is unknown, the model's own spread and the
uncertainty of its calibration; where everything is known the last two are left. It costs two more outcomes, whatever
the number of members. (A logarithmic link and a factor by the share of inputs known were worse: docs/experiments.md.)

Source: Koenker and Bassett 1978, doi 10.2307/1913643 (quantile regression).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from riskmodels.tabular.hiding import Hiding
from riskmodels.tabular.network import PAIR_COLUMNS, Weights, member_logits, other_input, pair_columns, quadratic

#: share of people below and above the interval
TAIL = 0.05
#: least half-width, in log-odds
LEAST = 0.005
BATCH, RATE = 2048, 0.03
#: people the heads are taught on at most; L2 strengths of their curves and pairs
PEOPLE, CURVES, PAIRS = 20_000, 1e-4, 1e-4


def half_widths(forms: torch.Tensor) -> torch.Tensor:
    """What the heads give → half-widths in log-odds, before the slope."""
    return torch.nn.functional.softplus(forms) + LEAST


@dataclass(frozen=True)
class _Taught:
    """People to teach on: encoded inputs, members' log-odds with nothing hidden, whether each outcome holds."""

    z: torch.Tensor  # (p, n, d)
    full: torch.Tensor  # (n, K, O)
    counted: torch.Tensor  # (n, O)


@dataclass(frozen=True)
class _Lesson:
    """A batch: inputs seen (p, b, d), and by how much a member's full log-odds lie above the estimate (b, O)."""

    seen: torch.Tensor
    away: torch.Tensor
    counted: torch.Tensor


class _Teacher:
    """Draws lessons.

    Args:
        ensemble: of K members, the first of them shown.
        slope: (O,) of the calibration.
        noise: (O, 2, 2) covariance of slope and intercept.
        hiding: of inputs; half of the people have single inputs hidden instead, a share from 0–100 %.
        required: (p,) bool, inputs without which no estimate is given: they are never hidden.
        generator: of everything random.
    """

    def __init__(
        self,
        ensemble: Weights,
        slope: torch.Tensor,
        noise: torch.Tensor,
        hiding: Hiding,
        required: torch.Tensor,
        generator: torch.Generator,
    ) -> None:
        self.ensemble, self.slope, self.hiding, self.generator = ensemble, slope, hiding, generator
        self.required = required
        self.vague = torch.Generator().manual_seed(generator.initial_seed() + 1)
        self.shown = ensemble.members(0, 1)
        self.root = torch.linalg.cholesky(noise + 1e-9 * torch.eye(2))

    @torch.no_grad()
    def people(self, z: torch.Tensor, counted: torch.Tensor) -> _Taught:
        """Members' log-odds of people with all that is known of them."""
        full = torch.cat([member_logits(part, self.ensemble) for part in torch.split(z, BATCH, dim=1)])
        return _Taught(z, full, counted)

    @torch.no_grad()
    def lesson(self, people: _Taught, pick: torch.Tensor) -> _Lesson:
        """Some people with inputs hidden."""
        b, p = len(pick), len(people.z)
        share = torch.rand(b, generator=self.generator)
        singles = torch.rand(p, b, generator=self.generator) >= share
        either = torch.rand(b, generator=self.generator) < 0.5
        keep = torch.where(either, singles, self.hiding.keep(b, self.generator))
        told = self.hiding.vaguely(people.z[:, pick], self.vague)
        seen = told * (keep | self.required[:, None])[:, :, None]
        k, o = people.full.shape[1:]
        target = people.full[pick, torch.randint(min(1, k - 1), k, (b,), generator=self.generator)]
        drawn = torch.einsum("boi,oji->boj", torch.randn(b, o, 2, generator=self.generator), self.root)
        shift = (drawn[..., 0] * target + drawn[..., 1]) / self.slope
        away = target + shift - member_logits(seen, self.shown)[:, 0]
        return _Lesson(seen, away, people.counted[pick])


def fit_interval(
    z: torch.Tensor,
    ensemble: Weights,
    slope: torch.Tensor,
    noise: torch.Tensor,
    hiding: Hiding,
    required: torch.Tensor,
    allowed: torch.Tensor,
    counted: torch.Tensor,
    seed: int,
    steps: int,
) -> Weights:
    """Teach the heads.

    Args:
        z: (p, n, d) encoded inputs of people with as much known as there is.
        ensemble: of K members, the first of them shown.
        slope: (O,) of the calibration.
        noise: (O, 2, 2) covariance of its slope and intercept.
        hiding: of inputs; how people come to be partly known.
        required: (p,) bool, inputs that are always known.
        allowed: (p, O) which input serves which outcome.
        counted: (n, O) 1 for the people for whom the outcome holds, else 0.
        seed: of people, views, members and noise.
        steps: of the heads' fit; with none the interval means nothing.

    Returns:
        Heads as an ensemble of two members, below and above; ``member_logits`` gives h, (n, 2, O).
    """
    generator = torch.Generator().manual_seed(seed)
    teacher = _Teacher(ensemble, slope, noise, hiding, required, generator)
    order = torch.randperm(z.shape[1], generator=generator)
    rows = order[:PEOPLE]
    return _teach(teacher, teacher.people(z[:, rows], counted[rows]), allowed, steps)


def _teach(teacher: _Teacher, people: _Taught, allowed: torch.Tensor, steps: int) -> Weights:
    """The heads, by Adam on the pinball loss, averaged over the second half of the run."""
    p, n, d = people.z.shape
    o, basis = people.counted.shape[1], teacher.ensemble.basis
    mask = allowed.float()
    wide = mask.repeat_interleave(PAIR_COLUMNS, 0).T
    pair_mask = (wide[:, :, None] * wide[:, None, :] * other_input(p)).repeat(2, 1, 1)  # (2·O, q, q)
    worth = people.counted.mean(0)
    free = [torch.full((2, o), -1.0), torch.zeros(p, d, 2, o), torch.zeros(2 * o, wide.shape[1], wide.shape[1])]
    bias, curves, pairs = (tensor.requires_grad_() for tensor in free)

    def parameters() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        return bias, curves * mask[:, None, None, :], 0.5 * (pairs + pairs.transpose(1, 2)) * pair_mask

    optimizer = torch.optim.Adam([bias, curves, pairs], lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=max(steps, 1))
    average, averaged = [torch.zeros_like(t) for t in parameters()], 0
    for step in range(steps):
        lesson = teacher.lesson(people, torch.randint(n, (BATCH,), generator=teacher.generator))
        b, w, m = parameters()
        u = pair_columns(lesson.seen, basis)
        main = lesson.seen.transpose(0, 1).reshape(BATCH, -1) @ w.reshape(-1, 2 * o)
        width = half_widths(b + (main + quadratic(u, m)).view(BATCH, 2, o))
        beyond = torch.stack([-lesson.away, lesson.away], 1) - width  # under the low end, over the high end
        missed = torch.maximum((1 - TAIL) * beyond, -TAIL * beyond)
        loss = (missed * (lesson.counted / worth)[:, None]).mean(0).sum()
        loss = loss + CURVES * w.square().sum() + PAIRS * m.square().sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        with torch.no_grad():  # not to know an answer exactly does not narrow the interval
            for answer in teacher.hiding.vague:
                curves[answer.input, answer.own].clamp_(min=0.0)
        if step >= steps // 2:
            averaged += 1
            for total, now in zip(average, parameters(), strict=True):
                total += now.detach()
    bias, curves, pairs = (total / max(averaged, 1) for total in average)
    return Weights(bias, curves, basis, pairs.view(2, o, *pairs.shape[1:])).detached()
