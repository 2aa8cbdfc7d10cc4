"""Conversations with the bot as people see them, played against the whole bot on the sandbox.

Each `.scene` file is script and expectation in one. Lines of people are played, and lines of the bot are what
has to come; `python -m tests.conversation.scenes --write` writes them anew. A file that begins with
`# not yet` says how something is meant to be that the bot cannot do so far: it is left out, with its reason.

    Ada: (photo beach.jpg) /sketch             also `(album a.jpg b.mp4)`, `(late c.jpg)`, `(voice)`
    Ada → result: now more contrast            a reply, to a picture or to "words"
    Ada presses [🔁 Again]                      also `edits`, `deletes`, `forwards`, `follows`: see `acting`
    and at once Ben: hello                     without waiting for the bot
    — restart —                                also `15 minutes later`, `in the group Friends`: see `acting`
    Bot → beach.jpg: (photo 96x64) Sketch      what the bot sends; `silently` where no phone rings
        [🔁 Again] [📎 As a file]               the buttons under it
    paid creates: 1                            how often the image service was paid

Cards that come and go while a picture is painted are left out: `— nothing is painted yet —` shows them.
"""
