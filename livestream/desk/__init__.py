"""The base of the admin pages of support: their actions, audit log, lists, searches, links and roles."""
