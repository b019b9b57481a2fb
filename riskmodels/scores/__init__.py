"""Published clinical equations, one file each, coefficients as data beside them (``coefficients/*.csv``)."""
