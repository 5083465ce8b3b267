"""Cutting a clip out of a broadcast: find its segments, fetch them, and cut them with ffmpeg.

This package knows addresses and files, and neither posts nor the database.
"""
