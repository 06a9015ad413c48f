"""The brain: intake → supervisor → specialist → gatekeep → act → reflect. No SQL, HTTP or credentials."""
