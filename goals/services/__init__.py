"""What goals do. Import the modules, not their functions."""
