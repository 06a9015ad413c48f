"""Reading incoming mail: a strict parser in a child process, new text, kind, bounces, threading. Answers nothing."""
