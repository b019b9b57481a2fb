"""The Image page: files in, each with its checks, the reading, where in the picture, and the way into a record.

Drawn by pages/3_Image.py; :mod:`ui.image.state` keeps what a session works on.
"""
