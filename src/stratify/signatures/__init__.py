"""What a protein profile says."""
