"""One model of several hospitals whose patients stay where they are: weights and counts in, averaged weights out.

Called by ``python -m riskmodels train federated`` and measured by :mod:`riskmodels.shipping.federated_trial`. What
travels and what does not: docs/federated.md.
"""
