"""What a process of ours lives in: settings from the environment, logs without a patient's data, addresses, progress.

Values and events in, checked settings and log lines out; called from everywhere, knows nothing of medicine.
"""
