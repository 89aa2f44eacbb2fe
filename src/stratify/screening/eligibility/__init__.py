"""Who may take part in a trial: rules over clinical columns, apart from any model."""
