"""The contract's tests, on py-evm by itself: no node, no blocks to wait for."""
