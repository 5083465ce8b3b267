"""Documents are tried on the service as it is started."""

from tests.process.conftest import empty_house, house, prepared

__all__ = ["empty_house", "house", "prepared"]
