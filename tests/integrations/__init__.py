"""Tests of ``boilerplate.integrations`` with the real packages."""
