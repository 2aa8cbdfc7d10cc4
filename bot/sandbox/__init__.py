"""The outside world on loopback, for the demo and the tests: a Bot API and a NanoBanana API.

`telegram` and `nanobanana` are the two services, `demo` plays a person between them; `serve`, `faults`,
`pixels` and `scene` are what they share. Nothing here imports the bot, and the bot never imports this room.
"""
