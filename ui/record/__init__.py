"""The record that is open: what is typed and kept, opened, saved, left, met by somebody else's save, imported.

Called by the Patient page and the rooms above; session state and database in, dialogs and one line of words out.
"""
