"""Tools that only look: nothing here changes anything outside the process."""
