"""Thin adapters to other people's pipelines, each with an extra of its own."""
