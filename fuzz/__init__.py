"""Fuzzing of each part of the package that reads untrusted bytes; see ``python -m fuzz --help``."""
