"""The lists and stories of support, over a million transfers and a hundred thousand goals."""
