"""Candidates for lesions on a retinal photo by classical morphology, and where they lie. No network, no diagnosis."""
