"""What the documents say, held to what is there."""
