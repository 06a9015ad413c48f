"""The suite `learning`: what can be learnt from outcomes, on real data and on noise, beside naive ways."""
