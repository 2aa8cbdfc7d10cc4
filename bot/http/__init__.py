"""Calls out over HTTP, for every room: who the bot says it is, and how an answer is read."""
