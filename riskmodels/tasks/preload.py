"""Imported once by the keeper, from which the processes of tasks are forked: they begin within milliseconds.

Everything that reads files is imported here; none of it needs torch.
"""

from __future__ import annotations

import gc

import riskmodels.cds.reading
import riskmodels.imaging.picture
import riskmodels.interop.fhir_out
import riskmodels.interop.propose
import riskmodels.interop.source
import riskmodels.scoring.export
import riskmodels.tasks.worker  # noqa: F401
from riskmodels.interop.fhir_bundle import KINDS, model_of
from riskmodels.interop.fhir_types import Version
from riskmodels.logs import configure

configure()
for _kind in ("Bundle", *KINDS):  # fhir.resources imports each of its models at first use
    for _version in Version:
        model_of(_kind, _version)
gc.freeze()  # what is never collected is never written to, and so shared by all processes
