"""What the operators' commands share: arguments, progress, stopping, exit codes (docs/operations.md)."""
