"""What a page says about its article: title, authors, dates and more, each with its source."""
