"""C data as compiled code writes it: DEVIATIONS["store"] of `machine`."""

from ferrule import FFI

from .kinds import BOOL, COMPLEX128, FLOAT32, FLOAT64, INT64, NARROW, UINT64, Type
from .machine import Sized
from .outcomes import plain

TYPEOF = FFI().typeof

C_TYPES: dict[str, Type] = {
    "_Bool": BOOL,
    "int64_t": INT64,
    "uint64_t": UINT64,
    "double": FLOAT64,
    "float": FLOAT32,
    "double _Complex": COMPLEX128,
    **{f"{one.name}_t": one for one in NARROW},
}


def store(data, place: str | int, value) -> None:
    """`data.place = value` or `data[place] = value`, where `place` is a field's name or an index."""
    ctype = TYPEOF(data)
    if isinstance(place, str):
        record = ctype if ctype.kind == "struct" else ctype.item
        field = dict(record.fields)[place]
        setattr(data, place, converted(value, field.type.cname, field.bitsize))
    else:
        data[place] = converted(value, ctype.item.cname, -1)


def converted(value, c_type: str, bits: int):
    """A number as the C type, or the bit-field of so many bits, holds it; structs as they are."""
    if c_type not in C_TYPES:
        return value
    known = C_TYPES[c_type].convert(value)
    return plain(Sized.of(known, bits, is_signed=C_TYPES[c_type].is_signed) if bits > 0 else known)
