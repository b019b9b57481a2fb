"""Public cohorts: raw files in, PatientFrames with their outcomes out, each with a data card in data/cohorts.

Called by training, by the demo cohort of the app and by the commands ``fetch`` and ``cohort``.
"""

from riskmodels.cohorts.uci_heart import read_uci_heart, run_uci

__all__ = ["read_uci_heart", "run_uci"]
