"""Electrocardiograms: files in; leads in millivolts, what of them can be used, beats, and a report of the rhythm out.

:func:`~riskmodels.signals.rhythm.files.read_ecg` → :func:`~riskmodels.signals.rhythm.quality.check_ecg` →
:func:`~riskmodels.signals.rhythm.beats.find_beats` → :func:`~riskmodels.signals.rhythm.report.summarise`.
"""
