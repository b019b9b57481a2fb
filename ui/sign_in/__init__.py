"""Who is at the screen: claims of a provider in, an account with roles and its end out, and the screens around it.

Called by :func:`ui.page.start_page` for every page and by the server's guard for every request.
"""
