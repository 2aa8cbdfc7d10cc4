"""The database and the files on disk. Every SQL statement is here. Knows no Telegram, HTTP or Pillow."""
