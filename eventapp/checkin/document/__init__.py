"""Renderings of the door: an answer as staff see it, arrivals as a picture, the sign-in sheet."""
