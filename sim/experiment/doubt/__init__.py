"""How far what is found rests on inputs that are not known well."""
