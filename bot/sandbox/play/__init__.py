"""The whole bot in a browser: a chat page beside the sandbox and the real bot, for one person to play in.

`play` starts and stops everything, `stage` holds the people and the chats. `server` answers the page, behind
`guard`; `shown` says what the page is shown, `pages` sends it. What people do is in `chat_actions`, `sending`
and `group_actions`, what the image service and the bot's process do in `service_actions` and `other_side`.
The page itself is in `static`.
"""
