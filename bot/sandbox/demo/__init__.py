"""`make demo`: `demo` plays a person, `bot_process` runs the real bot beside the sandbox.

`before_after` draws a picture that it leaves behind, `play.transcript` the conversation.
"""
