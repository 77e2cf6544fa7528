"""Tests of the kernels, on both twins."""
