# SPDX-License-Identifier: ISC
"""What must become of a mail: one short function a scenario.

A scenario gets a running gate and raises AssertionError when something is
not as it should be. Nothing else is asserted by hand: ledger.py counts all
mail at the end.
"""

import base64

ALL = []

# In two pieces, so that no scanner takes the source for the test file.
EICAR = (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-"
         b"ANTIVIRUS-TEST-FILE!$H+H*")


def scenario(*mtas):
    """Registers a function: for both MTAs, or those that are named."""
    def register(function):
        ALL.append((function, mtas))
        return function
    return register


def word(text):
    """An encoded word for a header field."""
    return "=?UTF-8?B?%s?=" % base64.b64encode(text.encode()).decode()


def same(seen, wanted, what=""):
    assert seen == wanted, "%s: %r, not %r" % (what or "value", seen, wanted)


def taken(sent):
    assert sent.took(), "not taken: %s" % sent.reply
    return sent


def refused(sent, code, *texts):
    same(sent.reply.code, code, str(sent.reply))
    for text in texts:
        assert text in sent.reply.text, "no %r in %s" % (text, sent.reply)
    return sent


def quarantined(gate, sent, kind):
    """It is held once, in that class, and nobody got it; its identifier."""
    taken(sent)
    ids = gate.held(sent)
    same(len(ids), 1, "held %d times" % len(ids))
    same(gate.meta(ids[0])["class"], kind, "class")
    same(gate.in_sink(sent), [], "delivered")
    return ids[0]
