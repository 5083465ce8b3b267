"""Whole processes: the service as it is started, killed and started again."""
