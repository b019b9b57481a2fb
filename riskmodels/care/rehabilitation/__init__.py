"""Training after heart disease for one patient: contraindications first, then zone, minutes, strength and red flags.

Called by the plan of care on the Patient page and its report; the distance walked in six minutes shows the progress.
"""

from riskmodels.care.rehabilitation.contraindications import Contraindication, contraindications
from riskmodels.care.rehabilitation.prescription import Prescription, Zone, prescription
from riskmodels.care.rehabilitation.walk import Walk, walk_of

__all__ = [
    "Contraindication",
    "Prescription",
    "Walk",
    "Zone",
    "contraindications",
    "prescription",
    "walk_of",
]
