"""Embeddings behind one port: packaged MiniLM, hashed words, or an OpenAI-like server. Stores nothing."""
