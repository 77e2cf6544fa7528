"""Tests of the trained models and their files."""
