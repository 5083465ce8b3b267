"""Services of sessions. Import the modules, not their functions."""
