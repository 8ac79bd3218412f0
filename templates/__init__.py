"""Wording: one Markdown file a notice and language, filled in by Jinja.

The first line of a file is `Subject: …`, then a blank line, then the body. Files whose
names begin with `_` are pieces that others include. What a template may use is written
in `replies.catalogue`; that everything filled in is escaped, in `replies.escaping`.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
