"""The OpenAI-wire brain: prompts out, guarded answers in. Proposes; never acts and never trusts an answer."""
