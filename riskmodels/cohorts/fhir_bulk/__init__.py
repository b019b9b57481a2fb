"""A FHIR bulk export or a folder of Bundles in, a cohort as a PatientFrame and counts that add up out. docs/fhir.md.

Called by the command ``python -m riskmodels data fhir``. What a resource means is read by
:mod:`riskmodels.interop.fhir`, as for one patient; here are files, patients, dates and counts.
"""
