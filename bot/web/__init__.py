"""The bot's web server: hosted photos, callbacks, Telegram's updates, health and metrics."""
