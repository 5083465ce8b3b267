"""Configuration: `base` is shared; `local`, `test` and `production` are the profiles to run with."""
