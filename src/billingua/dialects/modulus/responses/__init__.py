"""What modulus clients are answered, by families of endpoints."""
