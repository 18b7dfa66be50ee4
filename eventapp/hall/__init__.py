"""What the whole hall looks at, and the stage manager's page that drives it."""
