"""The web book: pages made from the committed notebooks and documents, then Sphinx."""
