"""What a node does beside answering: its other processes, and what is known of them."""
