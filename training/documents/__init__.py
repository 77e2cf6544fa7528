"""The documents that are made from measurements: README figures, accuracy, model card."""
