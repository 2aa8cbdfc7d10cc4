"""Everything that speaks the Bot API: updates in, messages out, questions to Telegram, the menus."""
