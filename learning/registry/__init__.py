"""Trained models as plain values that can be stored, checked, read by people, and asked without what trained them."""
