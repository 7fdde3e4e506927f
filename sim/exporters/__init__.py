"""Results in the forms that other tools open: tables, workbooks, event logs."""
