"""Versions of a model as pages show them: listed, saved, put in force, taken back. The Models and Cohort pages call it.

What a change does to people is of :mod:`riskmodels.revision`.
"""
