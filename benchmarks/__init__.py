"""Measurements beside other tools; nothing here is installed with the package."""
