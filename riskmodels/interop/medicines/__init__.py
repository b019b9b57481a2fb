"""Medicines by their names: the words of a product in; its substances with ATC codes, and its strength, out.

Which question of the form a code answers says :mod:`riskmodels.interop.fhir.codes`. Called by the import of FHIR and
by the line of free text. See docs/fhir.md.
"""

from riskmodels.interop.medicines.names import Named, find_strength, find_substances
from riskmodels.interop.medicines.table import Substance, atc_of_rxnorm, substances

__all__ = ["Named", "Substance", "atc_of_rxnorm", "find_strength", "find_substances", "substances"]
