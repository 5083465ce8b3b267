"""What migrations and big tables need: append-only tables, SQL functions, conflicts, paging, purging."""
