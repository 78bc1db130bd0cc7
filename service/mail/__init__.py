"""What a reader's mail is made of, and how it leaves the house."""
