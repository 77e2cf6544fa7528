"""Tests of ``boilerplate.batch``: shards, workers and runs of many pages."""
