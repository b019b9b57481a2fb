"""A line of free text or a pasted laboratory report in, facts with their places in it out, and facts as a line of text.

Called by the form of the Patient page. Rules and tables of words, no model; what is doubtful is said and never guessed.
"""
