"""What everybody can read about the markets: trade news, a regulator, economic series, partners. Hosts of their own."""
