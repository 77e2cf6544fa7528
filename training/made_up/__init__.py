"""Pages put together from phrases and sentences, in languages and forms that the corpora lack."""
