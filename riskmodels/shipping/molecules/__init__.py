"""Makes the models of compounds: shared measurements in; models chosen inside the training part, judged, cards out.

Called by ``make train-molecules`` and ``python -m riskmodels molecules train``.
"""
