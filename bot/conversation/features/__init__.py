"""One module per feature: its commands, buttons, handlers and texts, declared as `FEATURE`."""
