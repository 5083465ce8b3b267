"""Ground floor: users, ids, event contracts and log, outbox, clock, errors, analytics."""
