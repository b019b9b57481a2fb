"""Makes what the app ships with: cohorts in, trained models, fitted tables, their evaluation and cards out.

Called by ``make train``, ``make train-imaging`` and ``python -m riskmodels``; nothing of it runs while patients are
answered, but the self-check.
"""
