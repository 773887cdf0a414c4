"""What the chain says: a node's answers, the contract's events, and the projection that they make."""
