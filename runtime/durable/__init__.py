"""Durable running: a lease for each process, and the engine that resumes work. `engine` alone knows DBOS."""
