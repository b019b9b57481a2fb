"""What a structure is without any model: its drawing, properties, structural alerts, and how hard it is to make.

All by RDKit; nothing is learnt here.
"""
