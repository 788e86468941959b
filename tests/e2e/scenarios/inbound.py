# SPDX-License-Identifier: ISC
"""Mail from outside, one message a scenario."""

from scenarios import EICAR, quarantined, refused, same, scenario, taken, word


def body_of(sent):
    return sent.message.partition(b"\r\n\r\n")[2]


@scenario()
def clean_mail_is_delivered_as_it_was(g):
    sent = taken(g.send(g.mail(body="line one\r\n..dots\r\n.\tdot\r\n")))
    mail, = g.arrived(sent)
    same(mail.body(), body_of(sent), "body")
    same(mail.field("X-Sekimori-Verdict"), [])
    same(mail.field("Subject"), ["hello"])


@scenario()
def virus_in_an_attachment_is_held(g):
    sent = g.send(g.attachment("report.txt", EICAR))
    quarantined(g, sent, "malware")


@scenario()
def virus_in_the_text_is_held(g):
    quarantined(g, g.send(g.mail(body=EICAR + b"\r\n")), "malware")


@scenario()
def test_string_is_held(g):
    text = "-".join(("SEKIMORI", "TEST", "STRING",
                     "QXJZVKWPFBYGHMCDULRTNSOIEAQZXJKVWPBFGYMH"))
    quarantined(g, g.send(g.mail(body=text + "\r\n")), "malware")


@scenario()
def name_that_lies_is_held(g):
    for name in ("report.pdf.exe", word("請求書\u202efdp.exe"),
                 word("案内.pdf" + "\u3000" * 30 + ".scr")):
        sent = taken(g.send(g.attachment(name, b"harmless\r\n" * 9)))
        same(len(g.held(sent)), 1, name)
        same(g.in_sink(sent), [], name)


@scenario()
def harmless_attachment_is_delivered(g):
    sent = g.send(g.attachment(word("議事録.txt"), "議事".encode()))
    g.arrived(taken(sent))


@scenario()
def twenty_megabytes_are_delivered_whole(g):
    line = b"0123456789abcdef" * 4 + b"\r\n"
    sent = taken(g.send(g.mail(body=line * (20_000_000 // len(line)))))
    mail, = g.arrived(sent, 60)
    assert mail.body() == body_of(sent), "the body is not what was sent"


@scenario()
def every_size_is_inspected_as_it_was_sent(g):
    """The front gathers small pieces and passes big ones on as they come:
    scan and quarantine must see the bytes in their order. (Postfix cuts a
    field at 60,000 bytes, in what it delivers too.)"""
    fold = b" " + b"a" * 70 + b"\r\n"
    edges = [edge + more for edge in (0, 16384, 32768, 65536)
             for more in (700, 15000, 16200)]
    for head in (0, 7000, 15900, 16300, 32500, 59000):
        field = b"X-Long: begins\r\n" + fold * (head // len(fold))
        for size in edges:
            content = b"MZ" + bytes(size * 3 // 4)
            sent = taken(g.send(field + g.attachment("report.pdf.exe",
                                                     content)))
            same(len(g.held(sent)), 1, "header %d, body %d" % (head, size))
            with open(g.at("state/quarantine/held", g.held(sent)[0],
                           "message"), "rb") as file:
                assert sent.message in file.read(), (head, size)


@scenario()
def too_large_a_mail_is_refused(g):
    line = b"0123456789abcdef" * 4 + b"\r\n"
    sent = g.send(g.mail(body=line * (26_000_000 // len(line))))
    refused(sent, 552)


@scenario()
def many_recipients_get_it_once_each(g):
    for count in (500, 1000):
        sent = taken(g.send(
            g.mail(), to=["user%d@here.example" % i for i in range(count)]))
        g.arrived(sent, 60)
        held = taken(g.send(
            g.mail(body=EICAR + b"\r\n"),
            to=["user%d@here.example" % i for i in range(count)]))
        same(len(g.meta(g.held(held)[0])["rcpts"]), count)


@scenario()
def eight_bit_text_stays(g):
    text = "関守は門を守る\r\n"
    sent = g.send(g.mail(body=text), args="BODY=8BITMIME")
    mail, = g.arrived(taken(sent))
    same(mail.body(), text.encode())


@scenario("postfix")
def international_addresses_pass(g):
    sent = g.send(g.mail(subject="挨拶"), to=["関守@here.example"],
                  sender="差出人@out.example", args="SMTPUTF8")
    mail, = g.arrived(taken(sent))
    same(mail.rcpts, ["関守@here.example"])
    held = g.send(g.mail(body=EICAR), to=["関守@here.example"],
                  sender="差出人@out.example", args="SMTPUTF8")
    same(g.meta(quarantined(g, held, "malware"))["rcpts"],
         ["関守@here.example"])


@scenario()
def long_headers_pass(g):
    folded = "X-Long: " + "\r\n ".join(["x" * 900] * 60)
    sent = g.send(g.mail(fields=[folded] + ["X-N%d: y" % i
                                            for i in range(300)]))
    mail, = g.arrived(taken(sent))
    same(mail.field("X-N299"), ["y"])
    same(mail.header().count(b"x" * 900), 60)


@scenario()
def odd_messages_are_somewhere(g):
    """Whatever the verdict is: the ledger finds each in one place."""
    odd = [b"\r\n", b"\r\nonly a body\r\n", b"X: y\r\n", g.mail(body=b""),
           g.mail(body=b"a\0b\r\n"), g.mail(subject="a\tb\x01c"),
           g.mail(fields=["From: <other@out.example>"]),
           g.mail(kind="multipart/mixed", body=b"no boundary\r\n"),
           g.mail(body=b"x" * 5000 + b"\r\n"), b"no colon here\r\n\r\nx\r\n"]
    for message in odd:
        sent = taken(g.send(message))
        g.until(lambda s=sent: g.held(s) or g.in_sink(s), "it to be somewhere")


@scenario()
def null_sender_passes(g):
    g.arrived(taken(g.send(g.mail(), sender="")))


@scenario()
def some_recipients_inside_some_outside(g):
    sent = taken(g.send_out(
        g.mail(sender="official@here.example"),
        to=["a@here.example", "b@out.example", "c@elsewhere.example"]))
    g.arrived(sent)
