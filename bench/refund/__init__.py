"""Giving an escrow back to its contributors, beside a loop over them."""
