"""HAProxy's words: the typed model of a configuration, its templates, and the process."""
