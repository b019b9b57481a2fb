"""Evidence-based benefit: published trial effects applied to a published baseline risk, for one patient."""

from riskmodels.care.benefits import Benefit, Combined, benefits, combine
from riskmodels.care.effects import Count, Estimate
from riskmodels.care.trials import Trial, read_trials

__all__ = ["Benefit", "Combined", "Count", "Estimate", "Trial", "benefits", "combine", "read_trials"]
