"""Everything that speaks the Bot API: updates in, messages out, what is asked of Telegram, the menus."""
