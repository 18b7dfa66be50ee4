"""Pages that many look at and nobody owns: a meeting's public page, its calendar, the projector."""
