"""Tests of ``boilerplate.plugins`` and of the bundled plugins."""
