"""How waiting entries reach the contract: which, when, in which transaction."""
