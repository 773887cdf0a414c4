"""The portal as processes: pages that have no key, a worker that has it, and what an operator does with both."""
