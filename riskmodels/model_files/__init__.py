"""A model's folder: weights and card in, checked against their hashes; an error out where they are not what they say.
Checkpoints on the way to one, of whatever is trained.

Called by whatever keeps a model on disk: :mod:`riskmodels.tabular`, :mod:`riskmodels.imaging` and the command line.
"""
