"""The trained model: its two stages, its page types, its files."""
