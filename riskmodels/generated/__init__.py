"""Invented people that behave like real ones: a table in, a generator, tables of its own and their two cards out.

Research, apart from care: nothing that tells of a patient imports this room. The generator is a variational autoencoder
over levels of the columns (:mod:`riskmodels.generated.learning.network`).
"""
