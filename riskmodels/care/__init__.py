"""What published trials promise one patient: facts and published risks in, the benefit of each treatment out.

Called by the Patient page and its report. Published effects are applied to a published baseline risk; guidelines, doses
and rehabilitation are rooms of their own below.
"""

from riskmodels.care.benefits import Benefit, Combined, benefits, combine
from riskmodels.care.effects import Count, Estimate
from riskmodels.care.trials import Trial, read_trials

__all__ = ["Benefit", "Combined", "Count", "Estimate", "Trial", "benefits", "combine", "read_trials"]
