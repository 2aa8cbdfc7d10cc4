"""A Telegram bot: a photo and a command in, the edited photo back at its exact size."""
