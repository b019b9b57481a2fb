"""What would change an answer: other values, linked values that move along, and the smallest plan under a threshold.

A patient's row and a model in, changed rows with their estimates out; called by the Patient page and its report.
"""
