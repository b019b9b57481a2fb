"""A patient's visits in, the estimates of the models in force at each of them and why one differs from another out.

Called by the timeline of the Patient page, which draws them.
"""
