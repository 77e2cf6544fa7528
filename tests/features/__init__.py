"""Tests of the features that the models read."""
