"""Invented photos of the retina by grade: a generator's weights in; marked pictures, and what they are worth, out.

Research, apart from care: nothing that tells of a patient imports this room. The generator is a small conditional GAN
in the manner of StyleGAN2 with adaptive augmentation; beside it stands a variational autoencoder of the same photos.
"""
