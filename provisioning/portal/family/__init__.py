"""What a family sees of its pass, and the pass on its phone."""
