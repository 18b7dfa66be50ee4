"""Who signs in: users, grants, sign-ins and personal links."""
