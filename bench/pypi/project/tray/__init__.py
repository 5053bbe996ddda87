"""A tree of three thousand files."""
