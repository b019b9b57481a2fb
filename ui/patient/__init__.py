"""The answer to one patient: the form, the estimates and what stands beside them, the report and the downloads.

Drawn by pages/1_Patient.py from what stands in :mod:`ui.record.draft`; :mod:`ui.patient.case` makes it once a change.
"""
