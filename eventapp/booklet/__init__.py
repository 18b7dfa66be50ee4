"""The printed booklet 会议手册 of a meeting, as PDF and for Word."""
