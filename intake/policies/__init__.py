"""A support policy as it may be written, the checks on it, and the presets that ship."""
