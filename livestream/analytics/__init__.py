"""Analytics: events are stored with the change that they report, and delivered afterwards."""
