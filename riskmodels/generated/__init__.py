"""Invented people that behave like real ones: a table in, a generator, tables of its own and their two cards out.

Research, apart from care: nothing that tells of a patient imports this room. The generator is a variational autoencoder
over levels of the columns (:mod:`riskmodels.generated.network`).
"""

from riskmodels.generated.generator import Generator, fit_generator
from riskmodels.generated.layout import Layout, left_out
from riskmodels.generated.training import GeneratorConfig, GeneratorEpoch

__all__ = ["Generator", "GeneratorConfig", "GeneratorEpoch", "Layout", "fit_generator", "left_out"]
