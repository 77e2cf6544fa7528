"""Labels given by people: files of labels, a browser page to edit them, fixtures of plugins."""
