"""The page of a unit's liaison: its people, its reply, its leave or proxy, its passes."""
