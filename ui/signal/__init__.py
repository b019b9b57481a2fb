"""The Signal page: files in; questions they leave open, their checks, the trace with what was found, and numbers out.

Drawn by pages/7_Signal.py; :mod:`ui.signal.state` keeps what a session works on.
"""
