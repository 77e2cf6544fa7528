"""Tests of ``boilerplate.labelling``."""
