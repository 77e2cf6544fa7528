"""Tests of site models."""
