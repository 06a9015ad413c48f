"""Reading calendars: .ics text, busy times, free slots and answers to invitations. Writes nothing."""
