"""Ventricular beats: a checked ECG and its beats in; each beat's probability to be ventricular, burden, runs out.

Called by the page "Read a signal" and the command line through :mod:`riskmodels.signals.ectopy.model`.
"""
