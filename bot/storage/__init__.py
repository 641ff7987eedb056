"""The core's repositories on peewee: tables, queries, transactions, the database's thread, and the tables' history."""
