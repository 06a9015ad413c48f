"""The seeded world: who exists, and what is true about them. Nothing here renders or serves."""
