"""The Cohort page: a file in, questions about its columns, a job of scoring, and what came out as table and figures.

Drawn by pages/2_Cohort.py; :mod:`ui.cohort.state` keeps what a session works on.
"""
