"""Signals: a glucose sensor's file, an ECG or a series of blood pressures in; checks, findings and their limits out.

One room a kind of signal; each reads files, checks them, and says what guidelines' arithmetic and its models find.
Called by the page "Read a signal" and the command line. See docs/signals_card.md.
"""
