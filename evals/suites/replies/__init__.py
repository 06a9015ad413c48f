"""Replies people send back, labelled by hand and kept apart from every list the product reads them with."""
