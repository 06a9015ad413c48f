"""A local model server of the OpenAI shape: zero latency, sensible by default, scriptable misbehaviour.

For tests and benchmarks only; it imports nothing of the product and is no language model.
"""
