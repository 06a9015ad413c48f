"""The suite `mail`: what came in is told apart, cut out and filed correctly."""
