"""Half an hour of mixed load: whether memory, tables and latency stay where they are."""
