"""Cutting a piece out of what a streamer broadcasts: find it, fetch it, have ffmpeg cut it.

This package knows addresses and files, and nothing of posts or of the database.
"""
