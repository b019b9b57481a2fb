"""The server around the pages: guard of every request, headers, files, drafts and workers for as long as it runs.

Put together by app.py; :mod:`ui.server.guard` decides what is answered at all.
"""
