"""What invented people serve for: models learnt from them tried on real people, columns and pairs compared.

Real and invented tables in; the use card (:mod:`.card`) out. The Gaussian copula stands here as the peer to beat.
"""
