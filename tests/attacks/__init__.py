"""What attackers did, step by step. Each of these worked once."""
