"""What modulus clients ask for, as commands, by families of endpoints."""
