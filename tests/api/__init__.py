"""The API as clients see it: what it declares, and what it answers."""
