"""Real-time communication: the provider that carries the streamer's picture and sound."""
