"""What comes from other systems: files and bundles of strangers in, checked facts, cells or pixels out, and back.

Called by the pages that take a file, by the CDS service and by the command line. Untrusted input, all of it.
"""
