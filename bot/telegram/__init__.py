"""Everything that speaks Bot API: intake, commands, handlers, chat, status cards, texts."""
