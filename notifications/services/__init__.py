"""What notifications do. Import the modules, not their functions."""
