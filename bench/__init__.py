"""Benchmarks. Importing the package sets Django up for a database of their own."""

from bench import environment

environment.prepare()
