"""What agents ask for in Slack: commands, shortcuts, emoji, App Home, what they are told directly."""
