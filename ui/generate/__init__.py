"""The Generate page: a file of real people in; invented people, what they give away and what they serve for out.

Drawn by pages/8_Generate.py. Nothing here is for the care of a patient.
"""
