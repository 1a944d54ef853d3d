"""Random texts of C types: most are right, many are nearly right."""

import random
from dataclasses import dataclass

DECLARATIONS = """
    typedef int number;
    typedef struct { int x; char tag; } point;
    struct pair { double a; point b; };
    typedef union { double d; char c; } either;
    typedef number (*compare)(const void *, const void *);
    typedef point points[3];
    enum color { RED, GREEN = 7 };
    struct opaque;
    struct open { short count; long items[]; };
"""

BASES = (
    "void",
    "char",
    "signed char",
    "unsigned char",
    "short",
    "unsigned short int",
    "long int unsigned",
    "int",
    "unsigned",
    "long long",
    "_Bool",
    "bool",
    "float",
    "double",
    "long double",
    "size_t",
    "ssize_t",
    "int8_t",
    "uint64_t",
    "intptr_t",
    "wchar_t",
    "char16_t",
    "FILE",
    "number",
    "point",
    "struct pair",
    "either",
    "compare",
    "points",
    "enum color",
    "struct opaque",
    "struct open",
)
LENGTHS = ("", "0", "1", "3", "7", "2*3", "RED + 2", "GREEN", "sizeof(int)", "0x10", "'a'", "-1", "(1)")
QUALIFIERS = ("const", "volatile", "restrict")
EXTRA = ("*", "(", ")", "[", "]", ",", "...", "const", "int", "x", "struct", "3", "unsigned", "long", "short")


@dataclass
class Generator:
    """Makes texts of types."""

    rng: random.Random

    def text(self) -> str:
        """A type's text, changed in one of two cases."""
        words = self.type(3)
        if self.rng.random() < 0.5:
            for _ in range(self.rng.randint(1, 2)):
                self.change(words)
        return " ".join(words)

    def type(self, depth: int) -> list[str]:
        """The words of a type."""
        words = self.rng.choice(BASES).split()
        if self.rng.random() < 0.2:
            words.insert(self.rng.choice((0, len(words))), self.rng.choice(QUALIFIERS[:2]))
        return words + self.declarator(depth)

    def declarator(self, depth: int) -> list[str]:
        """Pointers, arrays, functions, and what is in parentheses."""
        rng = self.rng
        words = []
        for _ in range(rng.choice((0, 0, 1, 1, 2))):
            words.append("*")
            if rng.random() < 0.15:
                words.append(rng.choice(QUALIFIERS))
        if depth and rng.random() < 0.4:
            words += ["(", "*", *self.declarator(depth - 1), ")"]
            if rng.random() < 0.6:
                return words + self.parameters(depth - 1)
        for _ in range(rng.choice((0, 0, 1, 2))):
            words += ["[", *rng.choice(LENGTHS).split(), "]"]
        return words

    def parameters(self, depth: int) -> list[str]:
        """The parameters of a function."""
        rng = self.rng
        count = rng.choice((0, 1, 1, 2, 3))
        words = ["("]
        for index in range(count):
            words += [","] if index else []
            words += self.type(depth) if depth else rng.choice(BASES).split()
        if count and rng.random() < 0.2:
            words += [",", "..."]
        return [*words, ")"]

    def change(self, words: list[str]) -> None:
        """Leave a word out, put one in, or swap two."""
        rng = self.rng
        place = rng.randrange(len(words))
        action = rng.randrange(3)
        if action == 0 and len(words) > 1:
            del words[place]
        elif action == 1:
            words.insert(place, rng.choice(EXTRA))
        else:
            other = rng.randrange(len(words))
            words[place], words[other] = words[other], words[place]
