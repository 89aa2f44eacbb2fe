"""Pictures of signatures: one kind a file, one style, told apart without colour."""
