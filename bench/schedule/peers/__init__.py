"""Other ways to run tasks at a time. Each is a program of its own, which imports nothing of this service."""
