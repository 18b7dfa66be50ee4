"""Charters: a text as chapters and articles, and its editions from draft to adoption."""
