"""Where a network looked (Grad-CAM), and what it would miss (occlusion).

Source: Selvaraju et al. 2017, doi 10.1109/ICCV.2017.74; occlusion: Zeiler and Fergus 2014,
doi 10.1007/978-3-319-10590-1_53.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import interpolate

from riskmodels.imaging.model import Progress

#: (n, members, outputs) → (n,): the log-odds to be explained
Score = Callable[[Tensor], Tensor]

#: parts a side of the square
OCCLUSION_GRID = 8
_AT_ONCE = 8


@contextmanager
def _activations(layer: nn.Module) -> Iterator[list[Tensor]]:
    """What a layer gives while the block runs, as where gradients end. The hook is gone afterwards, in any case."""
    seen: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        seen.append(output.detach().requires_grad_())
        return seen[-1]

    handle = layer.register_forward_hook(keep)
    try:
        yield seen
    finally:
        handle.remove()


def grad_cam(network: nn.Module, layers: Sequence[nn.Module], images: Tensor, score: Score) -> NDArray[np.float32]:
    """What speaks for a score, by the gradient at a layer; at several, of networks side by side, the sum of both.

    Args:
        network: in evaluation mode.
        layers: the last one with places of each backbone.
        images: (1, 3, s, s), 0–255.
        score: the log-odds to be explained.

    Returns:
        (s, s) float32, 0–1, hot = 1; all 0 where nothing speaks for it.
    """
    with torch.enable_grad(), ExitStack() as stack:
        seen = [stack.enter_context(_activations(layer)) for layer in layers]
        value = score(network(images)).sum()
        gradients = torch.autograd.grad(value, [given[0] for given in seen])
    heat = torch.zeros(images.shape[2:], device=images.device)
    for (activations, *_), gradient in zip(seen, gradients, strict=True):
        places = (gradient.mean((2, 3), keepdim=True) * activations.detach()).sum(1, keepdim=True).clamp_min(0).float()
        # what a place says is spread over its pixels, so that maps of coarse and fine places can be added
        share = places.shape[2] * places.shape[3] / images[0, 0].numel()
        heat += share * interpolate(places, images.shape[2:], mode="bilinear", align_corners=False)[0, 0]
    return _to_one(heat.cpu().numpy())


@torch.no_grad()
def occlude(network: nn.Module, images: Tensor, score: Score, progress: Progress | None = None) -> NDArray[np.float32]:
    """How much a score falls when a part of the picture is hidden under its mean colour.

    Args:
        network: in evaluation mode.
        images: (1, 3, s, s), 0–255.
        score: the log-odds to be explained.
        progress: told the share done.

    Returns:
        (s, s) float32, 0–1: 1 where hiding lowers the log-odds most, 0 where it does not.
    """
    whole = images.float()
    part = whole.shape[2] / OCCLUSION_GRID
    edges = [round(i * part) for i in range(OCCLUSION_GRID + 1)]
    boxes = [(y, x) for y in range(OCCLUSION_GRID) for x in range(OCCLUSION_GRID)]
    colour = whole.mean((2, 3), keepdim=True)[0]
    before, falls = score(network(whole)), np.zeros((OCCLUSION_GRID, OCCLUSION_GRID), dtype=np.float32)
    for start in range(0, len(boxes), _AT_ONCE):
        now = boxes[start : start + _AT_ONCE]
        hidden = whole.repeat(len(now), 1, 1, 1)
        for image, (y, x) in zip(hidden, now, strict=True):
            image[:, edges[y] : edges[y + 1], edges[x] : edges[x + 1]] = colour
        for (y, x), fall in zip(now, (before - score(network(hidden))).tolist(), strict=True):
            falls[y, x] = fall
        if progress is not None:
            progress((start + len(now)) / len(boxes))
    heat = interpolate(torch.from_numpy(falls)[None, None], images.shape[2:], mode="bilinear", align_corners=False)
    return _to_one(heat[0, 0].clamp_min(0).numpy())


def _to_one(heat: NDArray[np.float32]) -> NDArray[np.float32]:
    highest = float(heat.max(initial=0))
    return (heat / highest if highest > 0 else heat).astype(np.float32)
