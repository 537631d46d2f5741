"""What one stream of one gateway has delivered so far."""

from bisect import bisect_left, bisect_right, insort

from ranges import Ranges, runs


class Stream:
    def __init__(self, gateway_id, stream_id):
        self.gateway_id = gateway_id
        self.stream_id = stream_id
        self.in_files = Ranges()
        self.stored = Ranges()  # in the files and not rejected
        self.rejected = Ranges()
        self.dropped = Ranges()
        self.batch_seqs = Ranges()
        self.rows = 0  # in the files, with those that came under two batch ids
        self.batches = 0
        self.repeated_batches = 0
        self.repeated_readings = 0
        self._batches = []  # (first_seq, last_seq, place), sorted
        self._span_max = 0

    def add(self, batch, place):
        seqs = batch.seqs()
        for first, last in runs(seqs):
            self.in_files.add(first, last)
        for first, last in runs(seq for seq in seqs if seq not in self.rejected):
            self.stored.add(first, last)
        for first, last in batch.dropped:
            self.dropped.add(first, last)
        self.batch_seqs.add(batch.batch_seq, batch.batch_seq)
        self.rows += len(seqs)
        self.batches += 1
        insort(self._batches, (batch.first_seq, batch.last_seq, place))
        self._span_max = max(self._span_max, batch.last_seq - batch.first_seq)

    def repeat(self, readings):
        self.repeated_batches += 1
        self.repeated_readings += readings

    def is_empty(self):
        return not (self.batches or self.repeated_batches or self.last_seq())

    def holds_any(self, first, last):
        return bool(self.in_files.overlap(first, last))

    def places_over(self, first, last):
        """The files of the batches that share a number with first..last."""
        low = bisect_left(self._batches, (first - self._span_max,))
        high = bisect_right(self._batches, last, key=lambda entry: entry[0])
        return [place for _, end, place in self._batches[low:high] if end >= first]

    def batches_in_order(self):
        return list(self._batches)

    def duplicates(self):
        return self.repeated_readings + self.rows - self.in_files.total

    def dropped_total(self):
        """A reading that came although it was given up has come."""
        return sum(last - first + 1 - self.stored.covered(first, last)
                   - self.rejected.covered(first, last) for first, last in self.dropped.pairs())

    def last_seq(self):
        return max(self.stored.highest(), self.rejected.highest(), self.dropped.highest())

    def missing(self):
        known = Ranges(self.stored.pairs() + self.rejected.pairs() + self.dropped.pairs())
        return known.gaps(1, self.last_seq())

    def batch_seqs_missing(self):
        """For information: a gateway may number its batches from anywhere."""
        gaps = self.batch_seqs.gaps(self.batch_seqs.lowest(), self.batch_seqs.highest())
        return sum(last - first + 1 for first, last in gaps)
