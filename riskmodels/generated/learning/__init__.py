"""The generator itself: a table as levels, a variational autoencoder of its rows, what holds in everybody.

Knows nothing of what its people are judged by or written as. A table in; a folder, and tables of invented people, out.
"""

from riskmodels.generated.learning.generator import Generator, fit_generator
from riskmodels.generated.learning.layout import Layout, left_out
from riskmodels.generated.learning.training import GeneratorConfig, GeneratorEpoch

__all__ = ["Generator", "GeneratorConfig", "GeneratorEpoch", "Layout", "fit_generator", "left_out"]
