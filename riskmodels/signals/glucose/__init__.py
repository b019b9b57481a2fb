"""A glucose sensor's file in; its checks, the consensus report and its episodes out, each in both units.

:func:`~riskmodels.signals.glucose.files.read_glucose` → :func:`~riskmodels.signals.glucose.quality.check_glucose` →
:func:`~riskmodels.signals.glucose.consensus.summarise`. See docs/signals_card.md.
"""
