"""Songs, the programme and bands as the database has them, and the rules for them."""
