"""Published clinical equations, one file each, coefficients as data beside them (``coefficients/*.csv``)."""

from riskmodels.scores.registry import REGISTRY, Score

__all__ = ["REGISTRY", "Score"]
