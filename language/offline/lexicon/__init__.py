"""Words of business in several languages, normalised: industries, places, sizes, roles, tools."""
