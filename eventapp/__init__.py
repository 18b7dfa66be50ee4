"""盟会: the application that an alliance runs its solemn meetings on."""
