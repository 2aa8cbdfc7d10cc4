"""The database and the files on disk: every SQL statement is here. Knows no Telegram, HTTP or Pillow."""
