"""The commands, a module for each group; only what Typer needs to know is imported at the top."""
