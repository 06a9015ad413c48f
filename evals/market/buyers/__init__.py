"""Why people of the sandbox answer or do not: what they hide, how a letter strikes them, what an answer is worth."""
