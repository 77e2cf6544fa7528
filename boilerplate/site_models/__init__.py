"""What a few pages of a site teach about all of its pages."""
