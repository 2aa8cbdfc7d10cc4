"""This replica among the others: its lease, its heartbeat, what it holds, and the words between replicas."""
