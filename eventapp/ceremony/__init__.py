"""What happens on the stage: agreements, plaques, unveilings and appointments."""
