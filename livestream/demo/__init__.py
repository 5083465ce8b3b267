"""The demo: whole shows, played against the running server as its clients would play them.

It is a client and nothing else: people speak REST, the stage speaks signed webhooks. So
whatever it shows, a real app can do.
"""
