"""Other tools' files as a place: each importer writes a folder of readable YAML."""
