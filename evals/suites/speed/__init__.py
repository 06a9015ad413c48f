"""What the program itself costs: the model is a local server that answers at once."""
