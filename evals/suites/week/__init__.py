"""Seven simulated days without a person at the keyboard, with crashes, held against the sandbox's truth."""
