"""Wording: a notice becomes finished words, the words become a mail, a failure the time of the next try."""
