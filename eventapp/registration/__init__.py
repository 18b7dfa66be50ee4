"""Who wants to come, in which category and for which unit, and the pass that proves it."""
