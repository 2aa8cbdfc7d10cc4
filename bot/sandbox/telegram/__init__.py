"""A Bot API on loopback. `api` serves it, `calls` reads a call, `methods/` holds what the bot can call.

`world` is the state: `messages`, `records` of chats, `files` with `photos`, the queue of `updates`.
`people`, `person` and `chats` are the other side: what persons do, and what they see.
"""
