"""Tests of reasons and reports."""
