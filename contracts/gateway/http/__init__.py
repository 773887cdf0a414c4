"""What is asked over HTTP: routes, who may ask, how a no is answered, and what no request may cost."""
