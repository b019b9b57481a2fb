"""The neural risk model: a PatientFrame in, estimates with intervals, refusals and exact reasons out.

Fitted by :mod:`riskmodels.shipping`, asked through :mod:`riskmodels.assessment` by everything that answers.
"""
