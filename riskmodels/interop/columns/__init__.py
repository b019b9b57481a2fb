"""What the columns of a table mean: names, units, codes and dates in, a mapping out, and by it a checked PatientFrame.

Called by the Cohort page, where the analyst confirms what is proposed, and by the scoring of cohorts.
"""
