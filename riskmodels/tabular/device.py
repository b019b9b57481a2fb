"""Where to compute: CUDA, MPS or the CPU, one code path."""

from __future__ import annotations

import torch

from riskmodels.errors import CareRiskError


def choose_device(wanted: str | None = None) -> torch.device:
    """The device named, or the best there is.

    Args:
        wanted: "cpu", "cuda", "mps" or None.

    Raises:
        CareRiskError: when the device named is not present.
    """
    if wanted:
        device = torch.device(wanted)
        present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
        if not present.get(device.type, False):
            raise CareRiskError(f"The device {wanted} is not present.", hint="Leave --device out to choose one.")
        return device
    if torch.cuda.is_available():
        torch.backends.cuda.matmul.allow_tf32 = True
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def precision(device: torch.device) -> torch.dtype:
    """float64 for answers where the device has it (not MPS): their explanations add up to rounding."""
    return torch.float32 if device.type == "mps" else torch.float64
