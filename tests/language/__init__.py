"""Tests of the language of pages and lines."""
