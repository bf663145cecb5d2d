"""City Hub: one cached graph over the services that a city already has."""
