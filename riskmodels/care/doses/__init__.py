"""Doses of medicines for one patient: kidney function, age and weight in; the dose of the label's band out.

Called by the plan of care on the Patient page and its report; what a medicine must not meet stands beside it.
"""

from riskmodels.care.doses.insulin import basal_start
from riskmodels.care.doses.table import Dose, Interaction, doses_for, interactions_for

__all__ = ["Dose", "Interaction", "basal_start", "doses_for", "interactions_for"]
