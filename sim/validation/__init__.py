"""Is the model right? Its results beside what others say of the same place."""
