"""What all outgoing HTTP calls share: the client, the proxies, and how an answer is read."""
