"""Real-time communication: whoever carries the streamer's picture and sound."""
