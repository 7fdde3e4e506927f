"""What is known of a place by other means, beside what careflow makes of it."""
