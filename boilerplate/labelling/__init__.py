"""Labels for pages: their files, a page in the browser to give them, fixtures to test with."""
