from __future__ import annotations

from pathlib import Path

from riskmodels.interop.columns.mapping import CohortMapping
from riskmodels.interop.columns.propose import propose
from riskmodels.interop.columns.sample import take_sample
from riskmodels.interop.table.chunks import Source
from riskmodels.interop.table.source import open_source


def opened(path: Path) -> tuple[Source, CohortMapping]:
    """A file, and what its columns are proposed to be."""
    source = open_source(path)
    return source, propose(take_sample(source)).mapping
