"""The search engine of the sandbox: an index over visible text and a SearXNG-shaped answer."""
