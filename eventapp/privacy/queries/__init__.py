"""Reads of wishes to be erased, of what stays, and of what is due to be deleted."""
