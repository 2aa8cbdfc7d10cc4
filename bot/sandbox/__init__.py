"""The outside world on loopback, for play, the demo and the tests: a Bot API and a NanoBanana API.

`telegram` and `nanobanana` are the two services, `demo` plays a person between them, `play` lets somebody be
that person; `serve`, `faults`, `pixels` and `scene` are what they share. Nothing here imports the bot, and
the bot never imports this room.
"""
