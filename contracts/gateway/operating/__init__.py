"""How the gateway is operated: what stands where, what is wrong and what to do about it, as figures and as words."""
