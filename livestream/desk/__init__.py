"""Support's desk: what every admin page is made from, its actions, lists, searches and roles."""
