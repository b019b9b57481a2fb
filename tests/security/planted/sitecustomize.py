"""Imported by every Python that the tests' server starts: its readers fail as nobody expected, quoting the file."""

from __future__ import annotations

from typing import Any

from riskmodels.imaging import picture
from riskmodels.interop.table import source

_open_picture, _open_source = picture.open_picture, source.open_source


def open_picture(data: Any, *args: Any, **kwargs: Any) -> Any:
    _explode(data)
    return _open_picture(data, *args, **kwargs)


def open_source(data: Any, *args: Any, **kwargs: Any) -> Any:
    _explode(data)
    return _open_source(data, *args, **kwargs)


def _explode(data: Any) -> None:
    if isinstance(data, bytes) and b"EXPLODE" in data:
        raise ValueError(f"cannot read {data[:300]!r}") from KeyError(data[:300].decode("utf-8", "replace"))


picture.open_picture, source.open_source = open_picture, open_source
