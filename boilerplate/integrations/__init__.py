"""Adapters to other packages, each with an extra that installs the package."""
