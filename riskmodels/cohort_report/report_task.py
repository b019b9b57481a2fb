"""The report on a scored cohort, made in a process of its own (riskmodels/tasks): of 100,000 rows it takes a minute."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from riskmodels.cohort_report.report import build_report
from riskmodels.cohort_report.tables import CohortReport
from riskmodels.cohort_report.triage import Rule
from riskmodels.errors import ModelFileError
from riskmodels.runtime.progress import Tell, silent
from riskmodels.scoring.known_models import KnownModels
from riskmodels.tabular.versions import VersionStore
from riskmodels.tasks import Limits

#: the model's libraries alone take address space of gigabytes
LIMITS = Limits(seconds=900, memory=12 * 2**30)


@dataclass(frozen=True)
class ReportOrder:
    """What a report is made of.

    Args:
        frame: PatientFrame.
        outcome: to report on.
        model: id of its model: ``population@2026-11-24-3604875e``.
        versions: folder of the recalibrated versions.
        label, patient, rule, problems, file, replicates: as
            :func:`~riskmodels.cohort_report.report.build_report` takes them.
    """

    frame: pd.DataFrame
    outcome: str
    model: str
    versions: Path
    label: pd.Series | None
    patient: pd.Series | None
    rule: Rule
    problems: int | None
    file: str
    replicates: int


def make_report(order: ReportOrder, tell: Tell = silent) -> CohortReport:
    """Load the model, estimate, and report.

    Args:
        order: what is asked for.
        tell: told how far it is.

    Raises:
        ModelFileError: when the model is not there any more.
        InputError: as :func:`~riskmodels.cohort_report.report.build_report` does.
    """
    import torch

    torch.set_num_threads(1)  # beside the pages, not instead of them
    tell(0.0, "loading the model")
    models = KnownModels(store=VersionStore(order.versions))((order.model,))
    if not models:
        raise ModelFileError("The model of this outcome is not there any more.", hint="Score the file again.")
    (model,) = models.values()
    tell(0.1, "estimating")
    prediction = model.predict(order.frame)
    tell(0.2, "statistics with bootstrap intervals")
    return build_report(
        order.frame,
        prediction,
        model,
        order.outcome,
        label=order.label,
        patient=order.patient,
        rule=order.rule,
        problems=order.problems,
        file=order.file,
        replicates=order.replicates,
    )
