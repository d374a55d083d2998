"""The default embedding model's name, apart from the module that takes seconds to import."""

DEFAULT_MODEL = "all-MiniLM-L6-v2"
