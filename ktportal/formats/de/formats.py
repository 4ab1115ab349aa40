"""German, where Django does not say how it is written."""

LONG_TIME_FORMAT = "H:i:s"
