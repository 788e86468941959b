# SPDX-License-Identifier: ISC
"""Links that are drawn as QR codes, in pictures and in pictures of PDF."""
import struct
import zlib

from . import carrier, mail
from .archives import zipped
from .pdfs import LINK, pdf, stream

EXP = [1]
for _ in range(254):
    EXP.append(EXP[-1] << 1 if EXP[-1] < 128 else (EXP[-1] << 1) ^ 0x11D)
LOG = {value: i for i, value in enumerate(EXP)}


def times(a, b):
    return EXP[(LOG[a] + LOG[b]) % 255] if a and b else 0


def remainder(data, count):
    """The Reed-Solomon code of ISO/IEC 18004, 7.5.2."""
    generator = [1]
    for i in range(count):
        generator = [a ^ b for a, b in zip(
            generator + [0], [0] + [times(g, EXP[i]) for g in generator])]
    rest = list(data) + [0] * count
    for i in range(len(data)):
        lead = rest[i]
        for j, g in enumerate(generator):
            rest[i + j] ^= times(g, lead)
    return rest[len(data):]


def code(text):
    """The modules of version 4, level L, mask 0: rows of 0 and 1 (dark)."""
    size, words, checks = 33, 80, 20
    data = text.encode()
    bits = "0100{:08b}".format(len(data))
    bits += "".join(map("{:08b}".format, data)) + "0000"
    out = [int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)]
    if len(out) > words:
        raise ValueError(text)
    out += ([0xEC, 0x11] * words)[:words - len(out)]
    bits = "".join(map("{:08b}".format, out + remainder(out, checks)))
    bits = iter(bits + "0" * 7)
    grid = fixed(size)
    for right in range(size - 1, 0, -2):
        right -= right <= 6
        up = (right + 1) & 2 == 0
        for step in range(size):
            y = size - 1 - step if up else step
            for x in right, right - 1:
                if grid[y][x] is None:
                    grid[y][x] = int(next(bits)) ^ ((x + y) % 2 == 0)
    return grid


def fixed(size):
    """What is the same in every code of that size and mask; None elsewhere."""
    grid = [[None] * size for _ in range(size)]
    for i in range(size):
        grid[6][i] = grid[i][6] = 1 - i % 2
    for top, left in (0, 0), (0, size - 7), (size - 7, 0):
        square(grid, top + 3, left + 3, 4, (1, 1, 0, 1, 0))
    square(grid, size - 7, size - 7, 2, (1, 0, 1))
    form = 0b111011111000100  # level L, mask 0, with its code
    for i in range(15):
        bit = form >> i & 1
        grid[i + (i > 5) if i < 8 else size - 15 + i][8] = bit
        grid[8][size - 1 - i if i < 8 else 15 - i - (i > 8)] = bit
    grid[8][7] = form >> 8 & 1
    grid[size - 8][8] = 1
    return grid


def square(grid, y, x, reach, shades):
    """Rings around a middle, as far as they lie within."""
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            if 0 <= y + i < len(grid) and 0 <= x + j < len(grid):
                grid[y + i][x + j] = shades[max(abs(i), abs(j))]


def drawn(text, scale=4, margin=4, turned=0):
    """Rows of pixels, 0 is dark, 255 light."""
    grid = code(text)
    for _ in range(turned):
        grid = [list(row) for row in zip(*grid[::-1])]
    side = len(grid) + 2 * margin
    wide = [[0] * side for _ in range(side)]
    for y, row in enumerate(grid):
        wide[y + margin][margin:-margin] = row
    return [bytes(0 if bit else 255 for bit in row for _ in range(scale))
            for row in wide for _ in range(scale)]


def slanted(rows, rise):
    """Sheared a little, as on a photograph."""
    side = len(rows)
    more = side // rise + 1
    return [b"\xff" * (y // rise) + rows[y] + b"\xff" * (more - y // rise)
            for y in range(side)]


def png(rows, kind=0, paint=lambda c: bytes([c]), more=b"", bits=8):
    def chunk(name, data):
        return (struct.pack(">I", len(data)) + name + data
                + struct.pack(">I", zlib.crc32(name + data)))
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), bits, kind, 0, 0, 0)
    body = b"".join(b"\0" + b"".join(map(paint, row)) for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more
            + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b""))


def bmp(rows):
    """24 bits, from the bottom up."""
    width = len(rows[0])
    body = b"".join(b"".join(bytes([c]) * 3 for c in row)
                    + bytes(-3 * width % 4) for row in reversed(rows))
    return (b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, 54)
            + struct.pack("<IiiHHIIiiII", 40, width, len(rows), 1, 24, 0,
                          len(body), 0, 0, 0, 0) + body)


def jpeg(rows):
    """Baseline, one component; every square of 8 by 8 pixels has one shade,
    so a module is a square, and only the first coefficient is written."""
    bits, before = "", 0
    for y in range(0, len(rows), 8):
        for x in range(0, len(rows[0]), 8):
            level = (rows[y][x] - 128) // 2  # DC is 8 times the mean, by 16
            diff, before = level - before, level
            size = abs(diff).bit_length()
            bits += "{:04b}".format(size)
            if size:
                bits += "{:0{}b}".format(
                    diff if diff > 0 else diff + (1 << size) - 1, size)
            bits += "0"  # nothing else in the block
    bits += "1" * (-len(bits) % 8)
    body = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(
        b"\xff", b"\xff\0")

    def part(mark, data):
        return struct.pack(">HH", mark, len(data) + 2) + data
    return (b"\xff\xd8" + part(0xFFDB, b"\0" + bytes([16] * 64))
            + part(0xFFC0, struct.pack(">BHHB", 8, len(rows), len(rows[0]), 1)
                   + b"\1\x11\0")
            + part(0xFFC4, b"\0" + bytes([0, 0, 0, 12] + [0] * 12)
                   + bytes(range(12)))
            + part(0xFFC4, b"\x10" + bytes([1] + [0] * 15) + b"\0")
            + part(0xFFDA, b"\1\1\0\0\x3f\0") + body + b"\xff\xd9")


def picture(rows, data, more=b"/ColorSpace/DeviceGray/BitsPerComponent 8",
            packed=True):
    return stream(data, b"/Type/XObject/Subtype/Image/Width %d/Height %d%s" % (
        len(rows[0]), len(rows), more), packed)


def one_bit(rows):
    return b"".join(
        int("".join("1" if c else "0" for c in row)
            + "0" * (-len(row) % 8), 2).to_bytes((len(row) + 7) // 8, "big")
        for row in rows)


PLACE = "https://example.net/a?b=1"
CODE = drawn(PLACE)
LARGE = drawn(PLACE, 8)
WORDS = drawn("Meeting room 5, Monday")
# Light and dark as a cushion has them: no code.
CHECKS = [bytes(255 * ((x // 8 + y // 8) % 2) for x in range(160))
          for y in range(160)]
LURE = "link.qr pdf.lure"

for title, facts, name, content in [
        ("png", "link.qr", "a.png", lambda: png(CODE)),
        ("png-words-neighbour", "", "a.png", lambda: png(WORDS)),
        ("png-checks-neighbour", "", "a.png", lambda: png(CHECKS)),
        ("png-flat-neighbour", "", "a.png",
         lambda: png([bytes(160)] * 160)),
        ("png-small-neighbour", "", "a.png",
         lambda: png(drawn(PLACE, 1, 4))),
        ("png-turned", "link.qr", "a.png",
         lambda: png(drawn(PLACE, turned=1))),
        ("png-slanted", "link.qr", "a.png", lambda: png(slanted(CODE, 7))),
        ("png-inverted", "link.qr", "a.png", lambda: png(
            CODE, paint=lambda c: bytes([255 - c]))),
        ("png-coloured", "link.qr", "a.png", lambda: png(
            CODE, 2, lambda c: b"\xff\xe0\x80" if c else b"\x60\x10\xa0")),
        ("png-palette", "link.qr", "a.png", lambda: png(
            CODE, 3, lambda c: bytes([c > 0]),
            b"\0\0\0\6PLTE\x20\x20\x60\xff\xff\xff"
            + struct.pack(">I", zlib.crc32(
                b"PLTE\x20\x20\x60\xff\xff\xff")))),
        ("png-transparent", "link.qr", "a.png", lambda: png(
            CODE, 4, lambda c: bytes([0, 255 - c]))),
        ("png-short", "link.qr", "a.png", lambda: png(CODE)[:-30]),
        ("png-renamed", "link.qr", "a.dat", lambda: png(CODE)),
        ("png-large", "link.qr", "a.png",
         lambda: png(drawn(PLACE, 80))),
        ("bare-host", "link.qr", "a.png",
         lambda: png(drawn("example.net/a"))),
        ("upper", "link.qr", "a.png",
         lambda: png(drawn("HTTPS://EXAMPLE.NET/A"))),
        ("bmp", "link.qr", "a.bmp", lambda: bmp(CODE)),
        ("bmp-neighbour", "", "a.bmp", lambda: bmp(WORDS)),
        ("jpeg", "link.qr", "a.jpg", lambda: jpeg(LARGE)),
        ("jpeg-neighbour", "", "a.jpg", lambda: jpeg(drawn("Room 5", 8))),
        ("zip", "link.qr", "a.zip", lambda: zipped({"a.png": png(CODE)})),
        ("pdf", LURE, "a.pdf",
         lambda: pdf(picture(CODE, b"".join(CODE)))),
        ("pdf-words-neighbour", "", "a.pdf",
         lambda: pdf(picture(WORDS, b"".join(WORDS)))),
        ("pdf-text", "link.qr", "a.pdf", lambda: pdf(
            picture(CODE, b"".join(CODE)),
            b"<</Type/Font/BaseFont/Helvetica>>")),
        ("pdf-and-link", LURE, "a.pdf",
         lambda: pdf(picture(CODE, b"".join(CODE)), LINK)),
        ("pdf-colours", LURE, "a.pdf", lambda: pdf(picture(
            CODE, b"".join(bytes([c // 2 + 90, c, c // 3]) for row in CODE
                           for c in row),
            b"/ColorSpace/DeviceRGB/BitsPerComponent 8"))),
        ("pdf-bits", LURE, "a.pdf", lambda: pdf(picture(
            CODE, one_bit(CODE), b"/ImageMask true/BitsPerComponent 1"))),
        ("pdf-palette", LURE, "a.pdf", lambda: pdf(picture(
            CODE, b"".join(bytes(c > 0 for c in row) for row in CODE),
            b"/ColorSpace[/Indexed/DeviceGray 1<00ff>]/BitsPerComponent 8"))),
        ("pdf-jpeg", LURE, "a.pdf", lambda: pdf(picture(
            LARGE, jpeg(LARGE), b"/ColorSpace/DeviceGray/BitsPerComponent 8"
            b"/Filter/DCTDecode", False))),
        ("pdf-jpeg-packed", LURE, "a.pdf", lambda: pdf(picture(
            LARGE, zlib.compress(jpeg(LARGE)), b"/ColorSpace/DeviceGray"
            b"/BitsPerComponent 8/Filter[/FlateDecode/DCTDecode]", False)))]:
    carrier("qr-" + title, facts)(
        lambda name=name, content=content: mail((name, content())))
