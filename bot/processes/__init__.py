"""The other processes: started, kept, spoken to."""
