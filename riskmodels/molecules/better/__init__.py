"""Better compounds from one: variants by matched pairs and by a SELFIES autoencoder, ranked by a chosen profile.

One without a number in its domain is shown as such and never ranked by it.
"""
