"""APScheduler: one job per edit, the sweep that finds edits without a job, and repeated chores."""
