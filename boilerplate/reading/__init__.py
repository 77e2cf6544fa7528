"""Bytes to a Page: encoding, HTML or text, metadata, limits."""
