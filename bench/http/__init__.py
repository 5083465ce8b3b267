"""Reading and paying over HTTP: requests a second, beside the least that a Django view costs."""
