"""ETRS-TM35FIN (EPSG:3067), which the register speaks when `srid=3067` asks for it."""

from __future__ import annotations

from math import asin, atanh, cos, cosh, radians, sin, sinh, sqrt

# The Krüger series for the GRS80 ellipsoid, as published by the National Land Survey of Finland (JHS 197, appendix 2).
FLATTENING = 1 / 298.257222101
N = FLATTENING / (2 - FLATTENING)
RADIUS = 6_378_137 / (1 + N) * (1 + N**2 / 4 + N**4 / 64)
ECCENTRICITY = sqrt(2 * FLATTENING - FLATTENING**2)
SERIES = (
    N / 2 - 2 * N**2 / 3 + 5 * N**3 / 16 + 41 * N**4 / 180,
    13 * N**2 / 48 - 3 * N**3 / 5 + 557 * N**4 / 1440,
    61 * N**3 / 240 - 103 * N**4 / 140,
    49_561 * N**4 / 161_280,
)
SCALE, MERIDIAN, EAST = 0.9996, 27.0, 500_000.0


def etrs_tm35fin(lon: float, lat: float) -> tuple[float, float]:
    """East and north in metres, to the centimetre, of WGS 84 degrees."""
    phi, away = radians(lat), radians(lon - MERIDIAN)
    conformal = sinh(atanh(sin(phi)) - ECCENTRICITY * atanh(ECCENTRICITY * sin(phi)))
    beta = asin(conformal / sqrt(1 + conformal**2))
    eta = atanh(cos(beta) * sin(away))
    xi = asin(sin(beta) * cosh(eta))
    north, east = xi, eta
    for order, factor in enumerate(SERIES, start=1):
        north += factor * sin(2 * order * xi) * cosh(2 * order * eta)
        east += factor * cos(2 * order * xi) * sinh(2 * order * eta)
    return round(EAST + RADIUS * SCALE * east, 2), round(RADIUS * SCALE * north, 2)
