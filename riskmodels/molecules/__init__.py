"""Compounds: a structure in; what it may do to the heart's rhythm and to targets of these diseases, why, and how sure.

Research, apart from care: nothing that tells of a patient imports this room, and no patient enters it. All of it but
:mod:`riskmodels.molecules.extra` and :mod:`riskmodels.molecules.endpoints` needs RDKit (requirements-research.txt).
"""
