"""The bot that customers ask, on Telegram."""
