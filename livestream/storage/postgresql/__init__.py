"""Django's backend for PostgreSQL, whose pool asks the server less often whether a connection still works."""
