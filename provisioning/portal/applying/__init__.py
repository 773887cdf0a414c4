"""What families see before they have a pass: five questions, and the application."""
