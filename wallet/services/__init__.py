"""What the wallet does. Import the modules, not their functions."""
