"""Tests of what a cleaned page is made into."""
