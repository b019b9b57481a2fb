"""Whether this process serves the app through its own server (app.py), which guards what a page cannot."""

from __future__ import annotations

_guarded = False


def is_guarded() -> bool:
    """Whether files, uploads and headers are looked after."""
    return _guarded


def set_guarded(value: bool) -> None:
    """Say so: by the server when it has started."""
    global _guarded
    _guarded = value
