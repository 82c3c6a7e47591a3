"""A stream of AMI: followed, recorded and replayed."""
