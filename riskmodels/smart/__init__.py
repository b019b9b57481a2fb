"""SMART on FHIR: a launch from a record in, what it tells of its patient out, read by the user's own token.

Knows no page and keeps nothing: settings, authorization and searches. See docs/smart.md.
"""
