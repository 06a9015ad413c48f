"""One promise or complaint at a time: small stories played against the product, judged by what was left at the end."""
