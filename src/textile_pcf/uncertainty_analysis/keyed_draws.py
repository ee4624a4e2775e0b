"""Draws that depend only on a seed and the id of a source, not on what else is drawn."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import FloatArray

GENERATOR = "philox4x64-10 sha256 1"
WORDS = 4  # words of one counter of Philox; draws start at multiples of it
ONE_BITS = np.uint64(0x3FF0000000000000)  # bits of the number 1
BELOW_ONE = 1.0 - 2.0**-53
IN_CACHE = 16384  # draws whose polynomials are computed together, so that they stay in the cache
_CENTRE = 0.425
# Coefficients of Wichura (1988), algorithm AS 241, PPND16: numerator and denominator of three ranges, highest power first.
_NEAR = (
    (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
     1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080),
    (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
     5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0),
)  # fmt: skip
_MIDDLE = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258,
     3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
     6.89767334985100004550e-1, 1.67638483018380384940, 2.05319162663775882187, 1.0),
)  # fmt: skip
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
     2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
     1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0),
)  # fmt: skip


def uniforms(source: str, seed: int, count: int, start: int = 0) -> FloatArray:
    """Return uniform draws of a source between 0 and 1, both exclusive.

    Parameters
    ----------
    source : str
        Id of the source.
    seed : int
        Seed of all draws.
    count : int
        Number of draws.
    start : int, optional
        First draw, a multiple of 4; the draws from 0 on are the same in one piece or in several.

    Returns
    -------
    ndarray, shape (count,)

    References
    ----------
    Salmon et al. (2011), Parallel random numbers: as easy as 1, 2, 3: Philox4x64-10.

    Examples
    --------
    >>> whole = uniforms("factor:f|electricity|life_cycle|CN|2023", 0, 8)
    >>> bool((whole[4:] == uniforms("factor:f|electricity|life_cycle|CN|2023", 0, 4, start=4)).all())
    True
    """
    generator = keyed_generator(source, seed)
    if start:
        generator.advance(start // WORDS)
    return as_uniforms(generator.random_raw(count))


def keyed_generator(source: str, seed: int) -> np.random.Philox:
    """Return the generator of the draws of a source, at its first draw."""
    digest = hashlib.sha256(f"textile_pcf draws 1\n{seed}\n{source}".encode()).digest()
    return np.random.Philox(key=np.frombuffer(digest[:16], dtype="<u8").astype(np.uint64))


def as_uniforms(words: NDArray[np.uint64]) -> FloatArray:
    """Return uniform draws between 0 and 1, both exclusive, from words of a generator, in their place."""
    words >>= np.uint64(12)
    words |= ONE_BITS
    uniform: FloatArray = words.view(np.float64)  # 1 + (word >> 12) 2⁻⁵²; no conversion of integers, and each step exact
    uniform -= BELOW_ONE
    return uniform


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], value: FloatArray) -> FloatArray:
    """Return the quotient of two polynomials, by Horner's rule."""
    above, below = coefficients
    top, bottom = value * above[0], value * below[0]
    for high, low in zip(above[1:-1], below[1:-1], strict=True):
        top += high
        top *= value
        bottom += low
        bottom *= value
    top += above[-1]
    bottom += below[-1]
    top /= bottom
    return top


def normal_quantiles(uniform: FloatArray) -> FloatArray:
    """Return standard normal quantiles of probabilities between 0 and 1, both exclusive.

    Parameters
    ----------
    uniform : ndarray, shape (draws,)

    Returns
    -------
    ndarray, shape (draws,)

    References
    ----------
    Wichura (1988), The percentage points of the normal distribution, Applied Statistics 37(3), algorithm AS 241.

    Examples
    --------
    >>> normal_quantiles(np.array([0.5, 0.975])).round(6)
    array([0.      , 1.959964])
    """
    normal = np.empty_like(uniform)
    centred = uniform - 0.5
    for first in range(0, len(uniform), IN_CACHE):
        part = centred[first : first + IN_CACHE]
        squared = part * part
        np.subtract(_CENTRE**2, squared, out=squared)
        np.multiply(part, _ratio(_NEAR, squared), out=normal[first : first + IN_CACHE])
    tail = (np.abs(centred) > _CENTRE).nonzero()[0]
    depth = uniform.take(tail)
    np.minimum(depth, 1.0 - depth, out=depth)
    np.sqrt(np.negative(np.log(depth, out=depth), out=depth), out=depth)
    value = _ratio(_MIDDLE, depth - 1.6)
    far = (depth > 5.0).nonzero()[0]
    if len(far):
        value[far] = _ratio(_FAR, depth[far] - 5.0)
    normal[tail] = np.copysign(value, centred.take(tail))
    return normal
