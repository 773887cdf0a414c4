"""What two machines must agree on, and the judge: the wire, the contract, its binding and the gateway."""
