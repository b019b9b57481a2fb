"""The body of a call → what the record tells of the patient. Done in a process of its own: see riskmodels/tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskmodels.cds.service import RequestError, read_request
from riskmodels.errors import InputError
from riskmodels.interop.fhir.read import FhirPatient, read_document
from riskmodels.runtime.progress import Tell, silent
from riskmodels.tasks import Limits, TaskError

#: of one call; the templates ask for a hundredth of what that allows
LIMITS = Limits(seconds=20, memory=2**30)
#: HTTP status of a call whose reading was ended
_STATUS = {"memory": 413, "time": 503, "full": 503, "gone": 503}


@dataclass(frozen=True)
class Told:
    """What a call tells.

    Args:
        patient: None where there is nothing to be said, since the patient is recorded as deceased.
        notes: what was not sent.
    """

    patient: FhirPatient | None
    notes: tuple[str, ...]


def read_call(body: bytes, today: date, tell: Tell = silent) -> Told:
    """Check a call and read its prefetched resources.

    Args:
        body: of the request.
        today: the day that ages and look-backs are counted from.
        tell: told how far it is.

    Raises:
        RequestError: when it cannot be answered.
    """
    asked = read_request(body)
    if asked.deceased:
        return Told(None, asked.notes)
    try:
        return Told(read_document(asked.bundle, today, tell=tell), asked.notes)
    except InputError as error:
        raise RequestError(400, error.message) from None


def refusal(error: TaskError) -> RequestError:
    """The answer to a call whose reading was ended.

    Args:
        error: why it was.
    """
    return RequestError(_STATUS.get(error.kind, 500), f"The body was not read. {error.message} No card was made.")
