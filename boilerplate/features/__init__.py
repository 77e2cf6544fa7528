"""Lines to numbers: what the models read of a page."""
