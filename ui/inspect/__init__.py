"""The Models page: a model and what was measured of it in; how good it is, what inputs do in it, its limits out.

Drawn by pages/6_Models.py; the figures are of :mod:`riskmodels.evaluation.evidence`, the curves of the model in force.
"""
