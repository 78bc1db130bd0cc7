"""Paper Round: each morning's new papers, ranked for each reader, delivered by mail."""
