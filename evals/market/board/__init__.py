"""The market behind the curtain: a page for a visitor of the demo, with the clock's and the shocks' buttons on it."""
