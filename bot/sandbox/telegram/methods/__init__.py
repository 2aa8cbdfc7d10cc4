"""What the bot can call: each module holds some Bot API methods, as functions of the world and the call.

`sending` puts messages into chats, `editing` changes them, `chats` and `bot` ask and set facts;
`content` reads the text, keyboard and files that the first two share.
"""
