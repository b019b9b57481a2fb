"""Makes signal models and samples: shared recordings in; models trained, judged once on people kept back, cards out.

Called by ``make train-signals`` and ``python -m riskmodels signals``.
"""
