"""A crowd that comes while streamers perform: webhooks from accepted to worked off."""
