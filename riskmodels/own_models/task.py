"""Training and scoring as tasks of the page, in a process apart: a file's bytes in, a model's files or a table out.

What crosses between the processes is plain data: a model comes back as the files it is kept as.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from riskmodels.interop.columns.mapping import CohortMapping
from riskmodels.interop.table.file_format import FileFormat
from riskmodels.interop.table.source import open_source
from riskmodels.own_models.people import read_people
from riskmodels.own_models.request import TrainingRequest
from riskmodels.own_models.scoring import score_file
from riskmodels.own_models.store import read_own_model
from riskmodels.own_models.training import train_own
from riskmodels.runtime.progress import Tell, silent
from riskmodels.scoring.stream import StreamCounts
from riskmodels.tabular.model import RiskModel
from riskmodels.tasks import Limits

#: the model's libraries alone take address space of gigabytes
LIMITS = Limits(seconds=1800, memory=12 * 2**30)

#: a model's files by name
Files = dict[str, bytes]


@dataclass(frozen=True)
class UploadedTable:
    """A file as it was uploaded.

    Args:
        name: as the browser gave it; only told on the card.
        data: its bytes.
        file_format: how it is written; sniffed when None.
    """

    name: str
    data: bytes = field(repr=False)
    file_format: FileFormat | None = None


def train_task(table: UploadedTable, mapping: CohortMapping, request: TrainingRequest, tell: Tell = silent) -> Files:
    """Train and judge a model on a file.

    Args:
        table: the file.
        mapping: what its columns mean.
        request: what the analyst says of it.
        tell: told how far it is.

    Returns:
        The model's files, to be read by :func:`model_of`.

    Raises:
        InputError, TrainingError: as :func:`riskmodels.own_models.people.read_people` does.
    """
    import torch

    torch.set_num_threads(1)  # beside the pages, not instead of them
    tell(0.0, "reading the file")
    source, sha256 = open_source(table.data, table.file_format), hashlib.sha256(table.data).hexdigest()
    own = read_people(source, mapping, request, table.name, sha256)
    model = train_own(own, own.outcome, tell=tell)
    with tempfile.TemporaryDirectory() as folder:
        model.save(folder)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def model_of(files: Mapping[str, bytes]) -> RiskModel:
    """The model of :func:`train_task`'s files.

    Raises:
        ModelFileError: when they are none.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / Path(name).name).write_bytes(data)
        return RiskModel.load(folder)


def score_task(folder: Path, table: UploadedTable, rows: int, tell: Tell = silent) -> tuple[bytes, StreamCounts]:
    """Score a file with a kept model.

    Args:
        folder: of the model.
        table: the file.
        rows: of it, for the progress.
        tell: told how far it is.

    Returns:
        The result as CSV, and its counts.

    Raises:
        InputError: when the file has other columns.
        ModelFileError: when the model is gone or damaged.
    """
    import torch

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / "scored.csv"
        source = open_source(table.data, table.file_format)
        counts = score_file(read_own_model(folder), source, target, rows=rows, tell=tell)
        return target.read_bytes(), counts
