"""The models of compounds: fingerprints and graphs in; a number with its interval, domain and atoms out.

A Gaussian process and a message-passing network; :mod:`.model` is the door.
"""
