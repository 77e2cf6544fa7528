"""The plugins that come with boilerplate, found and loaded like those of any other package."""
