"""What can be done to sessions. Import the modules, not their functions."""
