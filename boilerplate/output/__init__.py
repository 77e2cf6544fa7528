"""What comes out of a cleaned page: Markdown, HTML, and where its lines stand."""
