"""Voting: electorates, motions, ballots, outcomes and the record that anybody can check."""
