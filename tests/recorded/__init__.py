"""The answers of an earlier release, and the world and the questions with which they can be compared.

`answers_of_557e441.json` was recorded before reads were compiled and cached; `test_same_answers` compares this
release with it. The package runs on earlier releases, too. To record what another one answers, copy this folder
into a checkout of it, and run there, with the packages of its requirements:

    python -m tests.recorded COMMIT

It writes `answers_of_COMMIT.json` beside this module.
"""
