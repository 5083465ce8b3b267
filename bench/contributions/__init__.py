"""Contributions a second, beside other ways to do the same."""
