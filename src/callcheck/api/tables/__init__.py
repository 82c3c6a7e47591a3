"""The lists of the dashboards as flat rows, and the stream of ringing calls."""
