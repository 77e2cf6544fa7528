"""What comes out of a cleaned page: metadata, Markdown and HTML."""
