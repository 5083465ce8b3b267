"""Letting a crowd into a show, beside one thread that calls the package in a loop."""
