"""What RDKit complains of, kept from the app's logs: its messages hold the structure, somebody's secret perhaps."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rdkit import rdBase


class _Complaints(threading.local):
    """The messages of this thread, where it asked for them."""

    kept: list[str] | None = None

    def take(self, _: int, message: str, *__: object, **___: object) -> None:
        """Keep one message, or drop it; in the place of ``Logger._log``."""
        if self.kept is not None:
            self.kept.append(message)


_COMPLAINTS = _Complaints()


def _take_over() -> None:
    rdBase.LogToPythonLogger()
    logger = logging.getLogger("rdkit")
    logger.handlers = []
    logger.propagate = False
    # before there is a record: the app's records lose every library's words (riskmodels/runtime/logs.py)
    logger._log = _COMPLAINTS.take  # type: ignore[assignment]


_take_over()


@contextmanager
def complaints() -> Iterator[list[str]]:
    """The messages of RDKit in this block and thread, as they come; they reach no log."""
    kept: list[str] = []
    _COMPLAINTS.kept = kept
    try:
        yield kept
    finally:
        _COMPLAINTS.kept = None
