//! The symbol table of an ELF64 object of this machine: what it defines and what it leaves open.
//!
//! Layouts are those of the System V gABI, chapters 4 (object files, `Elf64_Ehdr`, `Elf64_Shdr`)
//! and 4 (symbol table, `Elf64_Sym`). Every offset is checked: the bytes may come from a cache.

use std::fmt;

/// The names of an object, in the order of its table.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Symbols<'a> {
    /// Global functions and data that the object holds.
    pub defined: Vec<&'a str>,
    /// Symbols that others must provide.
    pub undefined: Vec<&'a str>,
}

const MAGIC: &[u8] = b"\x7fELF\x02\x01";
const SECTION_HEADER: usize = 64;
const SYMBOL: usize = 24;
const SYMBOL_TABLE: u32 = 2;
const LOCAL: u8 = 0;

impl<'a> Symbols<'a> {
    /// Reads the table; `None` where the bytes are not such an object.
    pub fn read(object: &'a [u8]) -> Option<Self> {
        if !object.starts_with(MAGIC) {
            return None;
        }
        let sections = read_u64(object, 0x28)?;
        let count = usize::from(u16::from_le_bytes(array(object, 0x3c)?));
        let header = |index: usize| sections.checked_add(index.checked_mul(SECTION_HEADER)?);
        let mut symbols = Self::default();
        for index in 0..count {
            let section = header(index)?;
            if read_u32(object, section.checked_add(4)?)? == SYMBOL_TABLE {
                let names = header(usize::try_from(read_u32(object, section.checked_add(40)?)?).ok()?)?;
                symbols.add(section_bytes(object, section)?, section_bytes(object, names)?)?;
            }
        }
        Some(symbols)
    }

    fn add(&mut self, table: &'a [u8], names: &'a [u8]) -> Option<()> {
        for symbol in table.chunks_exact(SYMBOL) {
            let binding = symbol[4] >> 4;
            let name = text(names, usize::try_from(read_u32(symbol, 0)?).ok()?)?;
            if binding == LOCAL || name.is_empty() {
                continue;
            }
            let section = u16::from_le_bytes(array(symbol, 6)?);
            let list = if section == 0 { &mut self.undefined } else { &mut self.defined };
            list.push(name);
        }
        Some(())
    }
}

/// A line for each list: `defines entry`, `needs   hypot`.
impl fmt::Display for Symbols<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "defines {}", self.defined.join(" "))?;
        writeln!(formatter, "needs   {}", self.undefined.join(" "))
    }
}

fn section_bytes(object: &[u8], header: usize) -> Option<&[u8]> {
    let start = read_u64(object, header.checked_add(24)?)?;
    let size = read_u64(object, header.checked_add(32)?)?;
    object.get(start..start.checked_add(size)?)
}

fn text(names: &[u8], start: usize) -> Option<&str> {
    let tail = names.get(start..)?;
    let end = tail.iter().position(|&byte| byte == 0)?;
    std::str::from_utf8(&tail[..end]).ok()
}

fn read_u64(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u64::from_le_bytes(array(bytes, at)?)).ok()
}

fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(array(bytes, at)?))
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}
