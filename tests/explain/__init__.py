"""Tests of ``boilerplate.explain``: reasons, explanations and reports."""
