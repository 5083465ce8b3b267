"""What all apps need of the database: its clock, its limits and conflicts, append-only tables, paging and purging."""
