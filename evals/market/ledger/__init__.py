"""The market's judgement of a seller: tasks it opened and how they ended, and harms. Nothing here moves the market."""
