"""Files of text beside the modules of care: their rows as dictionaries, every cell as it is written."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pandas as pd


@cache
def read_rows(package: str, name: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV file, by heading; an empty cell is an empty text.

    Args:
        package: that the file lies in.
        name: of the file.
    """
    with (files(package) / name).open(encoding="utf-8") as handle:
        table = pd.read_csv(handle, dtype=str, keep_default_na=False)
    return tuple({str(key): str(cell) for key, cell in row.items()} for row in table.to_dict("records"))
