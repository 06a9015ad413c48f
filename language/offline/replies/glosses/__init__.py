"""Words of each language and the English ideas they stand for, for the reply classifier."""
