"""Foundation of the house: no HTTP, no feature."""
