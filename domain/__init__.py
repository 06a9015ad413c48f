"""The words of the product: frozen models and errors. No I/O, no framework but pydantic."""
