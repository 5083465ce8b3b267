"""Clients that are generated from the OpenAPI document: they are right, and they work."""
