"""Reading the public web: guard, fetcher, robots, page reader, crawler, search, browser.

All bytes that leave go through the guard; all text that comes back is untrusted data.
"""
