"""Scoring jobs of the person at the screen: submit, find, cancel, delete, and the files of a result.

The scoring itself is done by another process (``python -m riskmodels work``), which looks into the queue every second.
Every call asks again who that is, and the records refuse one who is no analyst.

The job's id is the only thing that may stand in the page's address. Reads are one short query each: made for
``@st.fragment(run_every="2s")``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodels.records import Job, State
from riskmodels.records import jobs as records
from riskmodels.scoring.job_files import ResultFiles
from riskmodels.scoring.jobs import KIND, request_of, results_of, submit_scoring
from riskmodels.scoring.request import ScoreRequest, model_ids
from ui.database import database
from ui.sign_in.account import current_actor

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

#: how long a scoring is shown to a session that has just begun: one that is done, and one that is not
MOMENTS, NOT_DONE = timedelta(seconds=15), timedelta(minutes=10)

__all__ = ["Job", "ResultFiles", "ScoreRequest", "request_of", "results_of"]


def owner() -> str:
    """Id of the account of the person at the screen."""
    return current_actor().id


def submit(upload: bytes | Path, request: ScoreRequest, models: Mapping[str, RiskModel]) -> Job:
    """Queue a scoring. The same file, mapping and models give the same job, also when it is done already.

    Args:
        upload: the file.
        request: what to do; every question of its mapping answered.
        models: to score with: :func:`ui.models.shipped_models`.

    Raises:
        InputError: when a question is open.
        NotAllowedError: when the person is no analyst.
        RecordsError: when too many jobs wait, or the database cannot be reached.
    """
    return submit_scoring(database(), current_actor(), upload, request, models)


def find(job_id: str) -> Job | None:
    """A job of the person by its id, as it stands now; None when there is none of theirs."""
    return records.find(database(), current_actor(), job_id)


def mine() -> list[Job]:
    """All scoring jobs of the person that are still kept, the newest first."""
    return records.of_owner(database(), current_actor(), KIND)


def just_begun() -> str:
    """Id of the scoring that the person began moments ago, or that is not done yet; empty when there is none.

    A browser that is reloaded while the click on “Score” is still being answered has no id in its address.
    """
    newest = next(iter(mine()), None)
    if newest is None or newest.state is State.CANCELLED:
        return ""
    age = datetime.now(UTC) - (newest.ended or newest.created).replace(tzinfo=UTC)
    return newest.id if age < (NOT_DONE if newest.active else MOMENTS) else ""


def ahead(job: Job) -> int:
    """How many jobs run or wait before one that waits."""
    return records.ahead_of(database(), job)


def cancel(job_id: str) -> None:
    """Stop a job: at once when it waits, between two chunks when it runs."""
    records.cancel(database(), current_actor(), job_id)


def delete(job_id: str) -> None:
    """Remove a job with its upload and results now, rather than after a day."""
    records.delete(database(), current_actor(), job_id)


def outdated(job: Job, models: Mapping[str, RiskModel]) -> bool:
    """Whether a job was made with other models than those in use."""
    return request_of(job).models != model_ids(models)
