import random
import unittest

from ranges import Ranges, runs


class RangesTest(unittest.TestCase):
    def test_neighbours_and_overlaps_become_one_range(self):
        self.assertEqual(Ranges([(5, 6), (1, 2), (3, 4)]).pairs(), [(1, 6)])
        self.assertEqual(Ranges([(1, 5), (3, 9), (11, 12)]).pairs(), [(1, 9), (11, 12)])

    def test_touching_gives_whole_ranges(self):
        held = Ranges([(1, 5), (10, 20), (30, 31)])
        self.assertEqual(held.touching(6, 9), [(1, 5), (10, 20)])
        self.assertEqual(held.touching(22, 28), [])

    def test_it_behaves_like_a_set_whatever_the_order(self):
        chance = random.Random(41)
        for _ in range(200):
            held, model = Ranges(), set()
            for _ in range(chance.randrange(12)):
                first = chance.randrange(1, 60)
                last = first + chance.randrange(8)
                held.add(first, last)
                model.update(range(first, last + 1))
            self.assertEqual(held.pairs(), runs(sorted(model)))
            self.assertEqual(held.total, len(model))
            self.assertEqual([n in held for n in range(80)], [n in model for n in range(80)])
            absent = [n for n in range(5, 71) if n not in model]
            self.assertEqual(held.gaps(5, 70), runs(absent))
            self.assertEqual(held.covered(5, 70), 66 - len(absent))


if __name__ == "__main__":
    unittest.main()
