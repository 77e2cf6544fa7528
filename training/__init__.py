"""Code that teaches and measures the models; nothing in the package itself imports it."""
