"""Numbers about whole campaigns: the chance that one succeeds, a day's mails among several, when to hold one."""
