"""A network for beats: a sequence of windows with the intervals around them in; log-odds of each beat out.

Convolutions see one beat beside the record's own; a recurrent layer sees the beats before and after it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from riskmodels.signals.ectopy.frame import WINDOW

#: channels: the beat, and the record's own beat
CHANNELS = 2


class BeatNetwork(nn.Module):
    """CNN and bidirectional GRU.

    Args:
        intervals: numbers a beat beside its window.
        width: of the widest convolution and of the recurrent layer.
        drop: share left out in training.
    """

    def __init__(self, intervals: int, width: int = 32, drop: float = 0.3) -> None:
        super().__init__()
        steps: list[nn.Module] = []
        for inner, outer, size in ((CHANNELS, width // 2, 7), (width // 2, width, 5), (width, width, 5)):
            steps += [nn.Conv1d(inner, outer, size, 2, size // 2), nn.BatchNorm1d(outer), nn.ReLU()]
        self.beat = nn.Sequential(*steps, nn.Flatten(), nn.Dropout(drop), nn.Linear(width * _eighth(WINDOW), width))
        self.sequence = nn.GRU(width + intervals, width, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(drop)
        self.answer = nn.Linear(2 * width + width + intervals, 1)

    def forward(self, windows: Tensor, intervals: Tensor) -> Tensor:
        """Log-odds.

        Args:
            windows: (b, beats, CHANNELS, WINDOW), in the record's scale.
            intervals: (b, beats, intervals).

        Returns:
            (b, beats).
        """
        seen = torch.relu(self.beat(windows.flatten(0, 1))).view(*windows.shape[:2], -1)
        seen = torch.cat([seen, intervals], dim=-1)
        around, _ = self.sequence(seen)
        answer: Tensor = self.answer(torch.cat([self.drop(around), seen], dim=-1))
        return answer.squeeze(-1)


def _eighth(samples: int) -> int:
    """Length after three strides of two."""
    for _ in range(3):
        samples = (samples + 1) // 2
    return samples
