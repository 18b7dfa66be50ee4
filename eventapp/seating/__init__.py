"""Who sits or stands where, by protocol: podium, signing table, group photo, audience."""
