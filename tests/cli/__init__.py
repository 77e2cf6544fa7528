"""Tests of ``boilerplate.cli``: the commands as a person at a shell uses them."""
