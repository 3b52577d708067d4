"""Made-up keys, drawn when the tests run, so that none stands in the repository."""
import random


def key(seed):
    """A made-up key, the same for the same seed: letters and digits enough to look like one."""
    draw = random.Random(seed)
    while True:
        made = "".join(draw.choice("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789") for _ in range(40))
        if sum(c.isdigit() for c in made) > 3:
            return made


def leak(seed):
    """A line that leaks the key of a seed."""
    return "KONVER_API_KEY=%s\n" % key(seed)
