"""SQL is the truth: tables, engine, unit of work and one repository file per noun."""
