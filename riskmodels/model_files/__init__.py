"""A model's folder: weights and card in, checked against their hashes; an error out where they are not what they say.

Called by whatever keeps a model on disk: :mod:`riskmodels.tabular`, :mod:`riskmodels.imaging` and the command line.
"""
