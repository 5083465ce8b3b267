"""A crowd joins while streamers perform: how fast accepted webhooks are processed."""
