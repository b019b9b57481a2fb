"""Invented people in the forms they leave in, each saying that it is of nobody: CSV, FHIR R4 and OMOP CDM 5.4.

The two cards travel beside every file. What a form has no place for is told.
"""
