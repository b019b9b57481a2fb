"""FHIR R4 and R5: an untrusted bundle in, known facts with dates and codes out, and the same back as resources.

Called by the Patient page's import and export and by the CDS service. Rules and tables: docs/fhir.md.
"""
