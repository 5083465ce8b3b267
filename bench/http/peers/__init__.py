"""Other ways to answer a request. Each is a program of its own, which imports no app of this service."""
