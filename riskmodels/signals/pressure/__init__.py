"""Blood pressure series: a 24-hour or home record in; its readings, means with intervals and what they say out.

Called by the page “Read a signal”, the command line and the record; no model is trained for it.
"""
