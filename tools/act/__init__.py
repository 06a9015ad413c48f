"""What may be carried out, one file per kind of act. Reached through `tools.execute` only."""
