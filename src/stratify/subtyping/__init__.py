"""What the subtype is and who carries its label."""
