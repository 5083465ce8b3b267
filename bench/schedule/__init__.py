"""Tasks that are due at a time: how late they run, beside other ways to run them."""
