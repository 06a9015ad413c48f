"""Vendors that compete with the sellers: who they are, what they do on which day, and the sites that show it."""
