"""The console: pages for the limits, the asks, the decisions and the stop. Plain forms; no logic of its own."""
