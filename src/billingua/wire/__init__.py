"""What every HTTP face needs, whichever dialect it speaks."""
