"""A database in the OMOP Common Data Model in, a cohort as a PatientFrame with its attrition out. See docs/omop.md.

Called by the command ``python -m riskmodels cohort omop``.
"""
