"""A set of whole numbers, kept as sorted ranges that neither overlap nor touch."""

from bisect import bisect_left, bisect_right


class Ranges:
    def __init__(self, pairs=()):
        self._firsts = []
        self._lasts = []
        self.total = 0  # how many numbers are in the set
        for first, last in pairs:
            self.add(first, last)

    def add(self, first, last):
        low, high = self._touching(first, last)
        if low < high:
            first = min(first, self._firsts[low])
            last = max(last, self._lasts[high - 1])
        for at in range(low, high):
            self.total -= self._lasts[at] - self._firsts[at] + 1
        self._firsts[low:high] = [first]
        self._lasts[low:high] = [last]
        self.total += last - first + 1

    def pairs(self):
        return list(zip(self._firsts, self._lasts))

    def touching(self, first, last):
        """The whole ranges that overlap first..last or end right beside it."""
        low, high = self._touching(first, last)
        return list(zip(self._firsts[low:high], self._lasts[low:high]))

    def overlap(self, first, last):
        """The parts of first..last that are in the set."""
        clipped = ((max(a, first), min(b, last)) for a, b in self.touching(first, last))
        return [(a, b) for a, b in clipped if a <= b]

    def covered(self, first, last):
        return sum(b - a + 1 for a, b in self.overlap(first, last))

    def gaps(self, first, last):
        """The parts of first..last that are not in the set."""
        found = []
        for a, b in self.overlap(first, last):
            if a > first:
                found.append((first, a - 1))
            first = b + 1
        if first <= last:
            found.append((first, last))
        return found

    def end_of(self, number):
        """The last number of the range that holds `number`, or None."""
        at = bisect_left(self._lasts, number)
        held = at < len(self._firsts) and self._firsts[at] <= number
        return self._lasts[at] if held else None

    def __contains__(self, number):
        return self.end_of(number) is not None

    def lowest(self):
        return self._firsts[0] if self._firsts else 0

    def highest(self):
        return self._lasts[-1] if self._lasts else 0

    def _touching(self, first, last):
        return bisect_left(self._lasts, first - 1), bisect_right(self._firsts, last + 1)


def runs(numbers):
    """Rising numbers as (first, last) pairs of neighbours."""
    pairs = []
    for number in numbers:
        if pairs and number == pairs[-1][1] + 1:
            pairs[-1][1] = number
        else:
            pairs.append([number, number])
    return [tuple(pair) for pair in pairs]
