"""Matched pairs of measured compounds: what a small change did to a number, in how many pairs, with its interval.

The shipped table holds statistics of changes and no compound.
"""
