"""APScheduler: a job for each edit, the sweep that finds edits without one, and the chores that come back."""
