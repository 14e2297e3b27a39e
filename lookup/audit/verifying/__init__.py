"""What was altered in the trail: every line, every chain, every signed head, and what was published outside."""
