"""The plugins that come with boilerplate, each installed and loaded as anyone's would be."""
