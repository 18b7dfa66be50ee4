"""What is printed for the hall: badges, table cards, sign-in sheets, lists of names."""
