"""What trials and labels say for one patient: facts and published risks in, benefit of a treatment and prompts out.

Called by the Patient page and its report. Published effects are applied to a published baseline risk; prompts say what
to check and prescribe nothing.
"""

from riskmodels.care.benefits import Benefit, Combined, benefits, combine
from riskmodels.care.effects import Count, Estimate
from riskmodels.care.trials import Trial, read_trials

__all__ = ["Benefit", "Combined", "Count", "Estimate", "Trial", "benefits", "combine", "read_trials"]
