"""What the operators' commands share: arguments, progress, stop signals, exit codes (docs/operations.md)."""
