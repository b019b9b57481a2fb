"""The fair comparison with nine peers: cohorts in; data/reference/accuracy.json and docs/accuracy.md out.

Called by ``make bench-accuracy`` (``python -m riskmodels.shipping.accuracy``).
"""
