"""The organiser's desk: today, set-up, adjourning and archiving, and the demo programme."""
