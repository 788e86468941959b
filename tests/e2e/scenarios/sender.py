# SPDX-License-Identifier: ISC
"""What the DNS says of a sender, and header fields that pretend it."""

from scenarios import quarantined, same, scenario, taken


def results(mail):
    return [r for r in mail.field("Authentication-Results")
            if r.startswith("gate.example")]


@scenario()
def allowed_sender_passes(g):
    mail, = g.arrived(taken(g.send(g.mail())))
    result, = results(mail)
    assert "spf=pass" in result and "out.example" in result, result


@scenario()
def forbidden_sender_is_marked(g):
    mail, = g.arrived(taken(g.send(g.mail(), sender="x@forbidden.example")))
    result, = results(mail)
    assert "spf=fail" in result and "forbidden.example" in result, result
    same(mail.field("Subject"), ["[SUSPICIOUS] hello"])
    same(len(mail.field("X-Sekimori-Verdict")), 1)


@scenario()
def our_own_domain_from_outside_is_held(g):
    sent = g.send(g.mail(sender="minister@here.example"),
                  sender="minister@here.example")
    quarantined(g, sent, "spoofing")


@scenario()
def forged_results_are_removed(g):
    forged = ["Authentication-Results: gate.example; spf=pass"
              " smtp.mailfrom=here.example",
              "authentication-results: GATE.EXAMPLE;\r\n\tdkim=pass",
              "Authentication-Results: other.example; spf=pass"]
    mail, = g.arrived(taken(g.send(g.mail(fields=forged))))
    same(len(results(mail)), 1, "results in our name")
    fields = mail.field("Authentication-Results")
    same([r for r in fields if "dkim=pass" in r], [])
    assert any(r.startswith("other.example") for r in fields), fields


@scenario()
def forged_marks_are_removed(g):
    forged = ["X-Sekimori-Verdict: deliver (friends)", "X-Sekimori-Id: 1",
              "x-sekimori-facts: none", "X-Sekimori-Release: a.b.c",
              "X-Sekimori-Verdict: deliver (again)"]
    mail, = g.arrived(taken(g.send(g.mail(fields=forged))))
    assert b"x-sekimori" not in mail.header().lower(), mail.header()


@scenario()
def our_own_mail_gets_no_result(g):
    sent = g.send_out(g.mail(sender="official@here.example"), ["a@here.example"])
    mail, = g.arrived(taken(sent))
    same([r for r in results(mail) if "spf=fail" in r], [])
