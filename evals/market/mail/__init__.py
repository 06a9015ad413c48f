"""Mail of the sandbox: an SMTP sink with scripted faults and an IMAP server with Sent copies."""
