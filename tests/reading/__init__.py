"""Tests of reading pages: encodings, HTML, bare text, metadata and limits."""
