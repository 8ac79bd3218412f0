"""What a message asks for between the lines, one module a question.

Each reads the new text alone, answers with the words that it saw ("" or () for none), looks
at the first 20,000 characters at most, and takes time in proportion to them. They read by
tables of words, so that a manager can be shown why; when in doubt, nothing was asked.
"""
