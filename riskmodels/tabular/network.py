"""The network: additive curves with pairwise interactions, K members in one batched program.

For member k and outcome o, with z_i the encoded columns of input i (all zero when unknown):

    logit = b + Σ_i f_i + Σ_{i<j} g_ij,   f_i = ⟨z_i, W_i⟩,   g_ij = Σ_r s_r v_ir v_jr,   v_i = z_i V_i

The pair sum costs no pairs: Σ_{i<j} v_i v_j = ½ [(Σ v_i)² − Σ v_i²], as in a factorisation machine (Rendle 2010,
doi 10.1109/ICDM.2010.127).

While training, part of V is built from two smaller tables, so that "this curve bends when that input is known" is
cheap to learn: a_i = z_i A_i and c_j = known_j · C_j give a_i c_j + a_j c_i = ½ [(a+c)_i (a+c)_j − (a−c)_i (a−c)_j],
two signed components of the same form. After training only b, W, V and s remain (:class:`Weights`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Shape:
    """Sizes: inputs p, columns an input d, members K, outcomes O, rank r of V's free part, rank q of the contexts."""

    inputs: int
    width: int
    members: int
    outcomes: int
    rank: int
    context: int


@dataclass(frozen=True)
class Weights:
    """A fitted ensemble.

    Args:
        bias: (K, O).
        curves: (p, d, K, O), W above.
        pairs: (p, d, K, O, R), V above.
        signs: (R,), s above, each +1 or −1.
    """

    bias: torch.Tensor
    curves: torch.Tensor
    pairs: torch.Tensor
    signs: torch.Tensor

    def to(self, device: torch.device, dtype: torch.dtype) -> Weights:
        """The same weights on another device and of another type."""
        return Weights(*(t.to(device, dtype) for t in (self.bias, self.curves, self.pairs, self.signs)))

    def detached(self) -> Weights:
        """Copies on the CPU, out of any graph, as float32."""
        return Weights(
            *(t.detach().clone().to("cpu", torch.float32) for t in (self.bias, self.curves, self.pairs, self.signs))
        )


class PairSum(torch.autograd.Function):
    """½ [(Σ_i v_i)² − Σ_i v_i²] with v_i = z_i V_i, one input at a time.

    The tensor of all v_i (p × n × K·O·R) does not fit a cache: computed whole it pages in anew for every batch and
    takes ten times as long. Each v_i is computed again for the gradient instead of being kept.
    """

    @staticmethod
    def forward(ctx: Any, z: torch.Tensor, pairs: torch.Tensor) -> torch.Tensor:
        """(p, n, d) and (p, d, C) → (n, C)."""
        total = z.new_zeros(z.shape[1], pairs.shape[2])
        squares, v = torch.zeros_like(total), torch.empty_like(total)
        for z_i, pairs_i in zip(z, pairs, strict=True):
            torch.mm(z_i, pairs_i, out=v)
            total.add_(v)
            squares.addcmul_(v, v)
        ctx.save_for_backward(z, pairs, total)
        return squares.neg_().addcmul_(total, total).mul_(0.5)

    @staticmethod
    def backward(ctx: Any, *outer: torch.Tensor) -> tuple[None, torch.Tensor]:
        """∂/∂V_i = z_iᵀ [g ∘ (Σ_j v_j − v_i)]; z needs no gradient."""
        z, pairs, total = ctx.saved_tensors
        (g,) = outer
        gradient, v = torch.empty_like(pairs), torch.empty_like(total)
        for i, z_i in enumerate(z):
            torch.mm(z_i, pairs[i], out=v)
            torch.mm(z_i.T, v.neg_().add_(total).mul_(g), out=gradient[i])
        return None, gradient


def member_logits(z: torch.Tensor, weights: Weights) -> torch.Tensor:
    """Encoded inputs → log-odds of every member.

    Args:
        z: (p, n, d), zero where unknown.
        weights: of matching p and d.

    Returns:
        (n, K, O).
    """
    p, n, d = z.shape
    if weights.curves.shape[:2] != (p, d):
        raise ValueError(f"z must be {tuple(weights.curves.shape[:2])} in inputs and columns, got {(p, d)}")
    k, o = weights.bias.shape
    main = z.transpose(0, 1).reshape(n, p * d) @ weights.curves.reshape(p * d, k * o)
    pair: torch.Tensor = PairSum.apply(z, weights.pairs.reshape(p, d, -1))  # type: ignore[no-untyped-call]
    return weights.bias + main.view(n, k, o) + pair.view(n, k, o, len(weights.signs)) @ weights.signs


def concatenate(first: Weights, second: Weights) -> Weights:
    """Two ensembles of the same encoding and members as one, outcomes of the first before those of the second."""
    return Weights(
        torch.cat([first.bias, second.bias], dim=1),
        torch.cat([first.curves, second.curves], dim=3),
        torch.cat([first.pairs, second.pairs], dim=3),
        first.signs,
    )


def select(weights: Weights, outcome: int) -> Weights:
    """One outcome of an ensemble, as an ensemble of one outcome."""
    one = slice(outcome, outcome + 1)
    return Weights(
        weights.bias[:, one],
        weights.curves[:, :, :, one].contiguous(),
        weights.pairs[:, :, :, one].contiguous(),
        weights.signs,
    )


class AdditivePairNetwork(torch.nn.Module):
    """The trainable form of the ensemble.

    Args:
        shape: the sizes.
        allowed: (p, O) bool; False where an input must not serve an outcome: its weights are held at zero.
        generator: source of the initial weights.
        strata: number of survey cycles or sites; each has a level of its own while training.
    """

    allowed: torch.Tensor
    free_signs: torch.Tensor

    def __init__(self, shape: Shape, allowed: torch.Tensor, generator: torch.Generator, strata: int = 1) -> None:
        super().__init__()
        if allowed.shape != (shape.inputs, shape.outcomes):
            raise ValueError(f"allowed must be {(shape.inputs, shape.outcomes)}, got {tuple(allowed.shape)}")
        p, d, k, o, r, q = shape.inputs, shape.width, shape.members, shape.outcomes, shape.rank, shape.context
        self.bias = torch.nn.Parameter(torch.zeros(k, o))
        self.levels = torch.nn.Parameter(torch.zeros(strata, k, o))
        self.curves = torch.nn.Parameter(torch.zeros(p, d, k, o))
        self.pairs = torch.nn.Parameter(0.05 * torch.randn(p, d, k, o, r, generator=generator))
        self.bends = torch.nn.Parameter(0.05 * torch.randn(p, d, k, o, q, generator=generator))
        self.contexts = torch.nn.Parameter(0.05 * torch.randn(p, 1, k, o, q, generator=generator))
        self.register_buffer("allowed", allowed)
        self.register_buffer("free_signs", 1.0 - 2.0 * (torch.arange(r) % 2))

    def weights(self) -> Weights:
        """The ensemble these parameters stand for, without the levels; differentiable."""
        mask = self.allowed[:, None, None, :]
        known = torch.zeros_like(self.bends[..., :1])
        known[:, 0] = 1.0  # column 0 of every encoding is the known flag
        contexts = known * self.contexts
        half = 0.5**0.5
        pairs = torch.cat([self.pairs, half * (self.bends + contexts), half * (self.bends - contexts)], dim=-1)
        ones = torch.ones(self.bends.shape[-1], device=self.bends.device)
        signs = torch.cat([self.free_signs, ones, -ones])
        return Weights(self.bias, self.curves * mask, pairs * mask[..., None], signs)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """(p, n, d) encoded inputs → (n, K, O) log-odds."""
        return member_logits(z, self.weights())

    def squares(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Sums of squares, each (K, O): of the curves, of the free pairs, of bends and contexts."""
        return (
            self.curves.square().sum(dim=(0, 1)),
            self.pairs.square().sum(dim=(0, 1, 4)),
            self.bends.square().sum(dim=(0, 1, 4)) + self.contexts.square().sum(dim=(0, 1, 4)),
        )
