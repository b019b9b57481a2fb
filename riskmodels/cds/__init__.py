"""CDS Hooks 2.0: what an electronic record knows of a patient in, cards for it out. See docs/cds_hooks.md.

A server of its own, started by ``python -m riskmodels serve-cds`` and called by record systems; it keeps no patient.
"""
