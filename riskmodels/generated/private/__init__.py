"""Generators fitted with differential privacy. They need Opacus (requirements-private.txt) and state ε and δ."""
