"""All visits of one record: courses of risks and values, why an estimate changed, two visits side by side.

Drawn by pages/1_Patient.py in place of the form.
"""
