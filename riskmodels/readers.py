"""Everything that reads files, imported once by the keeper from which the processes of tasks are forked.

So they begin within milliseconds (:mod:`riskmodels.tasks.room`). None of it needs torch.
"""

from __future__ import annotations

import gc

import riskmodels.cds.reading
import riskmodels.imaging.picture
import riskmodels.interop.columns.propose
import riskmodels.interop.fhir.write
import riskmodels.interop.table.safe_csv
import riskmodels.interop.table.source
import riskmodels.signals.glucose.files
import riskmodels.signals.kinds
import riskmodels.signals.pressure.files
import riskmodels.tasks.worker  # noqa: F401
from riskmodels.interop.fhir.bundle import KINDS, model_of
from riskmodels.interop.fhir.types import Version
from riskmodels.runtime.logs import configure

configure()
for _kind in ("Bundle", *KINDS):  # fhir.resources imports each of its models at first use
    for _version in Version:
        model_of(_kind, _version)
gc.freeze()  # what is never collected is never written to, and so shared by all processes
