"""Places so small that theory says exactly what happens in them."""
