"""Lists of people as offices send them: pasted rows and sheets, checked, then taken."""
