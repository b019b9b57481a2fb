"""What a long run says while it works."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from riskmodels.tabular.training import EpochReport

if TYPE_CHECKING:
    from riskmodels.imaging.training import ImageEpoch


@dataclass(frozen=True)
class Say:
    """Writes lines with the time since the start.

    Args:
        write: takes one line, e.g. ``print``.
        context: put before every line.
    """

    write: Callable[[str], None]
    context: str = ""
    started: float = field(default_factory=time.monotonic)

    def line(self, text: str) -> None:
        """One line."""
        seconds = time.monotonic() - self.started
        self.write(f"[{int(seconds // 60):02d}:{int(seconds % 60):02d}] {self.context}{text}")

    def epoch(self, report: EpochReport) -> None:
        """A line every tenth of a training run, and at its end."""
        if report.epoch % max(1, report.epochs // 10) == 0 or report.epoch == report.epochs:
            left = f"about {report.seconds_left:.0f} s left"
            self.line(f"epoch {report.epoch} of {report.epochs}, loss {report.loss:.4f}, {left}")

    def image_epoch(self, report: ImageEpoch) -> None:
        """A line every epoch of an image model."""
        best = ", the best so far" if report.best else ""
        self.line(
            f"epoch {report.epoch} of at most {report.epochs}, loss {report.loss:.3f}, "
            f"validation {report.validation_loss:.3f}{best}, about {report.seconds_left:.0f} s left"
        )

    def within(self, context: str) -> Say:
        """The same, with a context."""
        return Say(self.write, f"{context}: ", self.started)


def to_stdout(line: str) -> None:
    """A line for whoever runs it, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
