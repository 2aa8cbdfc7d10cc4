"""`make demo`: `demo` plays a person, `bot_process` runs the real bot beside the sandbox.

`before_after` and the `conversation` modules draw the pictures that it leaves behind.
"""
