"""The door: scans, admissions, and who is inside now."""
