"""The next hour of a glucose sensor: a checked series in; mean, interval, the chance of a low and its reasons out.

A recurrent network, read through :mod:`riskmodels.signals.forecast.model`, made by :mod:`riskmodels.shipping.signals`.
"""
