"""The flow notes as tests."""
