"""A site's own calibration of a classifier: its labelled photos in; a version for its camera, cross-validated, out.

Cross-validation decides whether the numbers stay as shipped. Versions are kept in the data folder.
"""
