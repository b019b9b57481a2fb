"""Versions of a model as pages show them: listed, saved, put in force, taken back. For the Models and Cohort pages.

What a change does to people is of :mod:`riskmodels.revision`.
"""
