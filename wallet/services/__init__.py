"""Services of the wallet. Import the modules, not their functions."""
