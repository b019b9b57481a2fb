"""What guidelines say for one patient: facts in; lines of a plan of care with reasons, doses and sources out.

Called by the Patient page and its report. The rules are data, a file an area; nothing here is an order.
"""

from riskmodels.care.guidance.advice import CarePlan, Line, Undecided, plan_of_care
from riskmodels.care.guidance.rules import AREAS, Rule, read_rules
from riskmodels.care.guidance.words import CHECKED, NATURE, capital

__all__ = [
    "AREAS",
    "CHECKED",
    "NATURE",
    "CarePlan",
    "Line",
    "Rule",
    "Undecided",
    "capital",
    "plan_of_care",
    "read_rules",
]
