"""Ways in: command line and HTTP. No logic of their own."""
