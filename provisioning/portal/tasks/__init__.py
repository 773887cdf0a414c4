"""What is to be done on the contract: asked for on a page, done once by the process that has the key."""
