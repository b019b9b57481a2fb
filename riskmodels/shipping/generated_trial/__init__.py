"""The trial of generators: one NHANES table in, use and privacy of every generator's rows as docs/generated.md out.

Run by whoever changes a generator: ``python -m riskmodels.shipping.generated_trial --shared ../shared``.
"""
