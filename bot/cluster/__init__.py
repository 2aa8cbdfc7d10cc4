"""This replica among the others: its lease, its heartbeat, the edits it holds, and its notifications."""
