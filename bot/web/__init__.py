"""The bot's own web server: hosted photos, callbacks, Telegram's updates, health and metrics."""
