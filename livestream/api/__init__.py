"""The REST kernel: authentication, problems, fields, paging, idempotency, schema."""
