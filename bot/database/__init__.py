"""What is kept: the store's thread and its transactions, the tables, their history."""
