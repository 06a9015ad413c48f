"""Recall measured on sales notes of our own, kept apart from anything the product was tuned on."""
