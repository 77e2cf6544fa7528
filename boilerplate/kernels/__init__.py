"""The hot paths: arrays in, arrays out, in C where it was built and in Python otherwise."""
