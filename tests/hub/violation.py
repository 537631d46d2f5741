"""A message that breaks the contract, and the collector of what is wrong with it."""

NO_ID = "(no valid id)"
RULES_MAX = 20  # of one message; more would only repeat the first


class Violation(Exception):
    """`texts` name the broken rules by ids and counts; they never quote a value."""

    def __init__(self, event_id, texts, kind="invalid"):
        super().__init__("; ".join(texts))
        self.event_id = event_id
        self.texts = texts
        self.kind = kind  # malformed, oversize, unsupported or invalid


class Problems:
    """Each broken rule once, with the first place where it was found."""

    def __init__(self):
        self._found = {}

    def add(self, rule, place=""):
        if rule in self._found:
            self._found[rule][1] += 1
        elif len(self._found) < RULES_MAX:
            self._found[rule] = [place, 1]

    def texts(self):
        return [_text(rule, place, count) for rule, (place, count) in self._found.items()]

    def raise_any(self, event_id):
        if self._found:
            raise Violation(event_id, self.texts())


def _text(rule, place, count):
    if not place:
        return rule
    return f"{rule} ({place})" if count == 1 else f"{rule} ({place}, {count} in all)"
