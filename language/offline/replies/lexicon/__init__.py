"""Word lists of the reply reader, one file per language."""
