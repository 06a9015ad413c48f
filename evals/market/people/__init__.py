"""People of the sandbox who read what arrives and answer by a seeded script. Truth stays on this side."""
