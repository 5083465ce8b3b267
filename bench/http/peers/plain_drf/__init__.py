"""The same goal as most would write it: ModelSerializers, `select_related`, simplejwt, Django's default middleware.

A Django project of its own, in the virtual environment of bench/requirements.txt. It reads the tables of the service.
"""
