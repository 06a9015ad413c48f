"""Settings, clock, ids, store and other machinery. Knows nothing about selling."""
