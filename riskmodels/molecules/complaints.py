"""What RDKit complains of, kept from the app's logs: its messages hold the structure, somebody's secret perhaps."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rdkit import rdBase


class _Complaints(logging.Handler):
    """Keeps messages for the thread that asked for them, drops all others."""

    def __init__(self) -> None:
        super().__init__()
        self.of_thread = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message, or drop it."""
        kept: list[str] | None = getattr(self.of_thread, "kept", None)
        if kept is not None:
            kept.append(record.getMessage())


_COMPLAINTS = _Complaints()


def _take_over() -> None:
    rdBase.LogToPythonLogger()
    logger = logging.getLogger("rdkit")
    logger.handlers = [_COMPLAINTS]
    logger.propagate = False


_take_over()


@contextmanager
def complaints() -> Iterator[list[str]]:
    """The messages of RDKit in this block and thread, as they come; they reach no log."""
    kept: list[str] = []
    _COMPLAINTS.of_thread.kept = kept
    try:
        yield kept
    finally:
        _COMPLAINTS.of_thread.kept = None
