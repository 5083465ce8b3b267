"""Database helpers for migrations and big tables: append-only tables, SQL functions, conflicts, paging, purging."""
