"""The steps of the law in their order, one module each: 0 identification, 1 category, 3 family, 4 US persons, 5
agreement, 6 dates, 7 felony and warrant, 2 several accreditations, 8 waivers, 9 vehicle, 10 plate. `assess` runs
them."""
