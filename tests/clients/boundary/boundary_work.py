"""The work of the boundary tests, for the Python clients. Lines come in (family, type, query, table, tabs between), and after each query its values go
out as text, one a line, behind a line with family and count: NULL is \\N; backslash, tab and line breaks are escaped, as COPY does."""
import datetime
import decimal
import ipaddress
import sys
import uuid

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def items():
    """Family, type, query and table of each list; the table is "-" where nothing shall be written back."""
    return [line.split("\t") for line in sys.stdin.read().split("\n") if line]


def answer(family, texts):
    out = [f"{family}\t{len(texts)}"]
    out += ["\\N" if text is None else text.translate(ESCAPES) for text in texts]
    sys.stdout.buffer.write(("\n".join(out) + "\n").encode())


def text(value, kind=""):
    """A Python value as PostgreSQL prints it; kind is the type, where the value does not tell."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return "NaN" if value != value else "Infinity" if value == float("inf") else "-Infinity" if value == -float("inf") else repr(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, (bytes, memoryview)):
        return "\\x" + bytes(value).hex()
    if isinstance(value, (uuid.UUID, ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Interface, ipaddress.IPv6Interface)):
        return str(value)
    if isinstance(value, datetime.datetime):
        return f"{value:%m-%d} {clock(value)}".join([f"{value.year:04}-", "+00" if value.tzinfo else ""])
    if isinstance(value, datetime.date):
        return f"{value.year:04}-{value:%m-%d}"
    if isinstance(value, datetime.time):
        return clock(value)
    if isinstance(value, list):
        return "{" + ",".join(text(item, kind) if isinstance(item, list) else element(text(item, kind)) for item in value) + "}"
    if isinstance(value, tuple):
        return "(" + ",".join(field(text(item)) for item in value) + ")"
    raise TypeError(f"{value!r} of {kind}")


def clock(value):
    return f"{value:%H:%M:%S}" + (f".{value.microsecond:06}".rstrip("0") if value.microsecond else "")


def element(item):
    if item is None:
        return "NULL"
    if item == "" or item.upper() == "NULL" or any(c in '{}",\\ \t\n\r\v\f' for c in item):
        return '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return item


def field(item):
    if item is None:
        return ""
    if item == "" or any(c in '()",\\ \t\n\r\v\f' for c in item):
        return '"' + item.replace("\\", "\\\\").replace('"', '""') + '"'
    return item


def interval(months, days, micros):
    """IntervalStyle postgres."""
    parts, negative = [], False
    years = int(months / 12)
    for value, unit in ((years, "year"), (months - 12 * years, "mon"), (days, "day")):
        if value:
            parts.append(f"{'+' if negative and value > 0 else ''}{value} {unit}{'' if value == 1 else 's'}")
            negative = value < 0
    if micros or not parts:
        size = abs(micros)
        fraction = f".{size % 1000000:06}".rstrip("0") if size % 1000000 else ""
        parts.append(f"{'-' if micros < 0 else '+' if negative else ''}{size // 3600000000:02}:{size // 60000000 % 60:02}:{size // 1000000 % 60:02}{fraction}")
    return " ".join(parts)


def date(days):
    """Days from 2000-01-01, in the proleptic Gregorian calendar."""
    if days in (2**31 - 1, -2**31):
        return "infinity" if days > 0 else "-infinity"
    shifted = days + 730425    # from 0000-03-01
    era, day = divmod(shifted, 146097)
    year_of_era = (day - day // 1460 + day // 36524 - day // 146096) // 365
    day_of_year = day - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * day_of_year + 2) // 153
    year = year_of_era + era * 400 + (month >= 10)
    shown = f"{year if year > 0 else 1 - year:04}-{month + 3 if month < 10 else month - 9:02}-{day_of_year - (153 * month + 2) // 5 + 1:02}"
    return shown if year > 0 else shown + " BC"


def time(micros):
    fraction = f".{micros % 1000000:06}".rstrip("0") if micros % 1000000 else ""
    return f"{micros // 3600000000:02}:{micros // 60000000 % 60:02}:{micros // 1000000 % 60:02}{fraction}"


def timestamp(micros, zone=""):
    if micros in (2**63 - 1, -2**63):
        return "infinity" if micros > 0 else "-infinity"
    days, rest = divmod(micros, 86400000000)
    day = date(days)
    return f"{day[:-3]} {time(rest)}{zone} BC" if day.endswith(" BC") else f"{day} {time(rest)}{zone}"
