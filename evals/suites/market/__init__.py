"""The suite `market`: policies compared on the same seeds, and the product measured at the receiving end."""
