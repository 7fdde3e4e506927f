"""What a place is: its settings, people, routes and levers, read from YAML or a workbook."""
