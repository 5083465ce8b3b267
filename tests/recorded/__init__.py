"""Characterization tests: the answers of this release are compared with recorded ones of an earlier release.

`answers_of_557e441.json` was recorded before reads were compiled and cached. To record the answers of another
release, copy this folder into a checkout of it, install its requirements, and run there:

    python -m tests.recorded COMMIT

It writes `answers_of_COMMIT.json` beside this module.
"""
