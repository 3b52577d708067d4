"""What a client's test holds: said line by line, and counted."""
FAILED = []


def check(what, holds, detail=""):
    """Says whether it holds, and what was seen where it does not."""
    print("%s %s" % ("ok  " if holds else "FAIL", what))
    if not holds:
        FAILED.append(what)
        print("     " + str(detail).replace("\n", "\n     "))
