"""The same photo as another fundus camera might have given it: field, optics, light, sensor, file.

Training draws a camera for each view, so that the network learns the retina and not one camera; the card's camera-shift
test sends the test photos through named ones. A simulation is no other camera: what it cannot change (the people, the
dyes of another sensor, artefacts of a lens) stays unmeasured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import torch
from PIL import Image
from torch import Generator, Tensor
from torch.nn.functional import affine_grid, conv2d, grid_sample, interpolate, pad

from riskmodels.imaging.augment import draw

#: brighter than this, of 255, belongs to the field of view
_FIELD = 12.0


@dataclass(frozen=True)
class Camera:
    """How a camera's photos differ from those as they are.

    Args:
        zoom: from 1; how much narrower the field is.
        blur: standard deviation of its blur, in thousandths of the side.
        vignette: share of the light lost at the field's rim.
        fall_off: share of the light lost from one side of the field to the other.
        direction: of that loss, radians.
        gains: factors of red, green and blue.
        gamma: exponent of the light.
        saturation: factor of the colours' distance from grey.
        noise: standard deviation of its noise, of 255.
        detail: resolution, as a share of the side.
        quality: of its JPEG file, 1–95; 0 for none.
    """

    zoom: float = 1.0
    blur: float = 0.0
    vignette: float = 0.0
    fall_off: float = 0.0
    direction: float = 0.0
    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    gamma: float = 1.0
    saturation: float = 1.0
    noise: float = 0.0
    detail: float = 1.0
    quality: int = 0


#: the card's camera-shift test: one change at a time, then several at once
SHIFTS = {
    "half the resolution": Camera(detail=0.5, quality=75),
    "a third of the resolution, strong compression": Camera(detail=0.33, quality=40),
    "blur": Camera(blur=4.0),
    "noise": Camera(noise=10.0),
    "uneven light": Camera(fall_off=0.5, direction=0.8),
    "dark rim": Camera(vignette=0.6),
    "darker": Camera(gamma=1.5),
    "brighter": Camera(gamma=0.7),
    "red": Camera(gains=(1.15, 0.8, 0.7)),
    "yellow-green": Camera(gains=(0.8, 1.05, 0.75)),
    "bluish": Camera(gains=(0.85, 0.95, 1.5)),
    "pale": Camera(saturation=0.55),
    "narrower field": Camera(zoom=1.35),
    "another camera": Camera(
        zoom=1.12, blur=1.5, vignette=0.3, fall_off=0.2, direction=2.5, gains=(0.9, 1.0, 1.2), gamma=0.85,
        saturation=0.8, noise=4.0, detail=0.6, quality=70,
    ),
    "a cheap camera": Camera(
        zoom=1.2, blur=2.5, vignette=0.5, fall_off=0.3, direction=-1.0, gains=(1.1, 0.85, 0.8), gamma=1.2,
        saturation=1.2, noise=7.0, detail=0.45, quality=50,
    ),
}  # fmt: skip


def draw_camera(rng: Generator) -> Camera:
    """A random camera: each of its parts differs in half of the cameras.

    Args:
        rng: on the CPU.
    """
    number = iter(draw(rng, 16).tolist())
    there = iter((torch.rand(8, generator=rng) < 0.5).tolist())

    def some(low: float, high: float, otherwise: float) -> float:
        value = low + (next(number) + 1) / 2 * (high - low)
        return value if next(there) else otherwise

    coloured = next(there)
    gains = tuple(math.exp(0.3 * next(number)) if coloured else 1.0 for _ in range(3))
    detail = some(0.3, 1.0, 1.0)
    quality = int(30 + 60 * abs(next(number)))
    return Camera(
        zoom=some(1.0, 1.4, 1.0),
        blur=some(0.0, 4.0, 0.0),
        vignette=some(0.0, 0.6, 0.0),
        fall_off=some(0.0, 0.5, 0.0),
        direction=math.pi * next(number),
        gains=(gains[0], gains[1], gains[2]),
        gamma=math.exp(0.4 * next(number)),
        saturation=math.exp(0.45 * next(number)),
        noise=some(0.0, 10.0, 0.0),
        detail=detail,
        quality=quality if detail < 1 else 0,
    )


def through(images: Tensor, cameras: Sequence[Camera], rng: Generator) -> Tensor:
    """Photos as those cameras would have given them.

    Args:
        images: (n, 3, s, s), 0–255, the field filling the square.
        cameras: n.
        rng: of the noise, on the CPU.

    Returns:
        (n, 3, s, s) float, 0–255; black outside the field.
    """
    images = _narrowed(images.float(), cameras)
    field = (images.amax(1, keepdim=True) > _FIELD).float()
    images = _lit(_blurred(images, cameras), cameras)
    images = _coloured(images, cameras)
    noise = torch.randn(images.shape, generator=rng).to(images.device)
    images = (images + noise * _column([c.noise for c in cameras], images)).clamp(0, 255) * field
    return torch.cat([_filed(image, camera) for image, camera in zip(images[:, None], cameras, strict=True)])


def _column(values: Sequence[float], like: Tensor) -> Tensor:
    return torch.tensor(values, dtype=torch.float32, device=like.device)[:, None, None, None]


def _narrowed(images: Tensor, cameras: Sequence[Camera]) -> Tensor:
    """A narrower field, round again, over the whole square."""
    if all(camera.zoom == 1 for camera in cameras):
        return images
    matrix = torch.zeros(len(images), 2, 3)
    matrix[:, 0, 0] = matrix[:, 1, 1] = torch.tensor([1 / c.zoom for c in cameras])
    grid = affine_grid(matrix.to(images.device), list(images.shape), align_corners=False)
    inside = _radius(images) <= 1
    narrow = grid_sample(images, grid, align_corners=False) * inside
    zoomed = _column([float(c.zoom > 1) for c in cameras], images)
    return images * (1 - zoomed) + narrow * zoomed


def _radius(images: Tensor) -> Tensor:
    """(s, s), 1 at the rim of a field that fills the square."""
    along = torch.linspace(-1, 1, images.shape[2], device=images.device)
    return (along[:, None].square() + along.square()).sqrt()


def _blurred(images: Tensor, cameras: Sequence[Camera]) -> Tensor:
    sigmas = [camera.blur / 1000 * images.shape[2] for camera in cameras]
    reach = math.ceil(3 * max(sigmas))
    if not reach:
        return images
    along = torch.arange(-reach, reach + 1, dtype=torch.float32, device=images.device)
    kernels = torch.exp(-0.5 * (along / torch.tensor(sigmas, device=images.device).clamp_min(1e-3)[:, None]) ** 2)
    kernels = (kernels / kernels.sum(1, keepdim=True)).repeat_interleave(3, 0)[:, None]
    flat = pad(images.flatten(0, 1)[None], (reach,) * 4, mode="replicate")
    flat = conv2d(flat, kernels[..., None], groups=kernels.shape[0])
    return conv2d(flat, kernels[:, :, None], groups=kernels.shape[0])[0].view_as(images)


def _lit(images: Tensor, cameras: Sequence[Camera]) -> Tensor:
    along = torch.linspace(-1, 1, images.shape[2], device=images.device)
    rim = 1 - _column([c.vignette for c in cameras], images) * _radius(images).clamp(max=1).square()
    x, y = (_column([f(c.direction) for c in cameras], images) for f in (math.cos, math.sin))
    towards = (x * along + y * along[:, None] + 1) / 2
    return images * rim * (1 - _column([c.fall_off for c in cameras], images) * towards.clamp(0, 1))


def _coloured(images: Tensor, cameras: Sequence[Camera]) -> Tensor:
    gains = torch.tensor([c.gains for c in cameras], device=images.device)[:, :, None, None]
    grey = images.mean(1, keepdim=True)
    images = (grey + (images - grey) * _column([c.saturation for c in cameras], images)) * gains
    return 255 * (images / 255).clamp(0, 1) ** _column([c.gamma for c in cameras], images)


def _filed(image: Tensor, camera: Camera) -> Tensor:
    """(1, 3, s, s) at the camera's resolution, written as JPEG and read again, at the former size."""
    side = image.shape[2]
    small = round(side * camera.detail)
    if small < side:
        image = interpolate(image, (small, small), mode="bilinear", antialias=True, align_corners=False)
    if camera.quality:
        image = _written(image, camera.quality)
    if small < side:
        image = interpolate(image, (side, side), mode="bicubic", align_corners=False).clamp(0, 255)
    return image


def _written(image: Tensor, quality: int) -> Tensor:
    pixels = image[0].permute(1, 2, 0).round().clamp(0, 255).to("cpu", torch.uint8).numpy()
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    again = np.array(Image.open(buffer))
    return torch.from_numpy(again).permute(2, 0, 1)[None].float().to(image.device)
