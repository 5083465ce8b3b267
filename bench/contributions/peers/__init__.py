"""Other ways to do it, outside this service's code."""
