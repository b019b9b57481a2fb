"""How good predictions are: predictions and outcomes in; metrics, calibration, decision curves and peers out.

Called by :mod:`riskmodels.shipping`, the image models' training and the cohort report.

:mod:`~riskmodels.evaluation.peers` is not imported here: it needs xgboost and interpret, the rest does not.
"""

from riskmodels.evaluation.bootstrap import (
    Compared,
    Estimate,
    Plan,
    bootstrap_mean,
    bootstrap_metrics,
    bootstrap_scores,
    paired_difference,
)
from riskmodels.evaluation.calibration import decile_table, fit_affine, smooth_curve, wilson
from riskmodels.evaluation.censoring import AtHorizon, ipcw
from riskmodels.evaluation.decision_curve import net_benefit
from riskmodels.evaluation.metrics import (
    METRICS,
    Metric,
    auprc,
    auroc,
    brier,
    calibration_in_the_large,
    calibration_intercept,
    calibration_slope,
    ici,
    log_loss,
    measure,
    scaled_brier,
)
from riskmodels.evaluation.reach import reach
from riskmodels.evaluation.report import evaluate, markdown
from riskmodels.evaluation.subgroups import Subgroup, age_bands, standard_subgroups, subgroup_metrics

__all__ = [
    "METRICS",
    "AtHorizon",
    "Compared",
    "Estimate",
    "Metric",
    "Plan",
    "Subgroup",
    "age_bands",
    "auprc",
    "auroc",
    "bootstrap_mean",
    "bootstrap_metrics",
    "bootstrap_scores",
    "brier",
    "calibration_in_the_large",
    "calibration_intercept",
    "calibration_slope",
    "decile_table",
    "evaluate",
    "fit_affine",
    "ici",
    "ipcw",
    "log_loss",
    "markdown",
    "measure",
    "net_benefit",
    "paired_difference",
    "reach",
    "scaled_brier",
    "smooth_curve",
    "standard_subgroups",
    "subgroup_metrics",
    "wilson",
]
