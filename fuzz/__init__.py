"""Bytes of strangers against each room that reads some; see ``python -m fuzz --help``."""
