//! The memory of thunks: pairs of pages, code that is never writable beside data.
//!
//! ```text
//! code page, read and execute               data page, read and write
//!   entry 0   not used                        count of entries taken
//!   entry 1   lea r10, [slot]; jmp [slot]     slot 1   target, record
//!   ...                                       ...
//!   entry 255                                 slot 255
//! ```
//!
//! An entry finds its slot 4096 bytes further on, so all entries are the same and one page of
//! them, in `.text`, serves as the template: the file that it was loaded from is mapped again at
//! each pair. Where the file cannot be mapped, the template is copied before the page becomes
//! executable. Pairs are never unmapped. There is no lock: a child of `fork` finds the pool usable
//! whatever other threads were doing.

use std::arch::global_asm;
use std::ffi::c_void;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use super::Record;

const PAGE: usize = 4096;
const ENTRY: usize = 16;
const ENTRIES: usize = PAGE / ENTRY;

// One entry, 16 bytes. r10 is the static chain register, which C does not use to pass anything.
//
//   lea r10, [its slot]       7 bytes
//   jmp [its slot's target]   6 bytes, then padding that traps
global_asm!(
    ".pushsection .text.ferrule_thunk_page, \"ax\", @progbits",
    ".p2align 12",
    ".globl ferrule_thunk_page",
    ".hidden ferrule_thunk_page",
    ".type ferrule_thunk_page, @object",
    "ferrule_thunk_page:",
    ".rept {entries}",
    "lea r10, [rip + {page} - 7]",
    "jmp qword ptr [rip + {page} - 13]",
    "int3",
    "int3",
    "int3",
    ".endr",
    ".size ferrule_thunk_page, . - ferrule_thunk_page",
    ".popsection",
    entries = const ENTRIES,
    page = const PAGE,
);

unsafe extern "C" {
    static ferrule_thunk_page: [u8; PAGE];
}

fn template() -> &'static [u8; PAGE] {
    // SAFETY: a page of `.text` that nothing writes.
    unsafe { &ferrule_thunk_page }
}

/// What an entry reads.
#[repr(C)]
#[derive(Debug)]
struct Data {
    target: AtomicPtr<c_void>,
    record: AtomicPtr<Record>,
}

/// The data page, whose first slot counts.
#[repr(C)]
struct DataPage {
    taken: AtomicUsize,
    padding: usize,
    slots: [Data; ENTRIES - 1],
}

const _: () = assert!(size_of::<Data>() == ENTRY && size_of::<DataPage>() == PAGE);

/// An entry of a code page with its data slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    data: &'static Data,
}

impl Slot {
    /// The address of the entry.
    pub(super) fn address(self) -> *const c_void {
        ptr::from_ref(self.data).wrapping_byte_sub(PAGE).cast()
    }

    pub(super) fn set_target(self, target: *const c_void) {
        self.data.target.store(target.cast_mut(), Ordering::Release);
    }

    pub(super) fn set_record(self, record: &'static Record) {
        self.data.record.store(ptr::from_ref(record).cast_mut(), Ordering::Release);
    }

    /// The record; null for a jump.
    pub(super) fn record(self) -> *const Record {
        self.data.record.load(Ordering::Acquire)
    }
}

/// The data page of the pair from which slots are taken.
static CURRENT: AtomicPtr<DataPage> = AtomicPtr::new(ptr::null_mut());

/// A slot that nobody had before.
pub(super) fn take() -> io::Result<Slot> {
    loop {
        let current = CURRENT.load(Ordering::Acquire);
        // SAFETY: data pages are never unmapped once they are here.
        if let Some(page) = unsafe { current.as_ref() } {
            let index = page.taken.fetch_add(1, Ordering::Relaxed);
            if let Some(data) = page.slots.get(index) {
                return Ok(Slot { data });
            }
        }
        let fresh = map_pair()?;
        if CURRENT.compare_exchange(current, fresh.as_ptr(), Ordering::AcqRel, Ordering::Acquire).is_err() {
            // SAFETY: the pair was never shown to anyone.
            unsafe { libc::munmap(fresh.as_ptr().cast::<u8>().sub(PAGE).cast(), 2 * PAGE) };
        }
    }
}

/// A new pair: its data page, with the code page before it.
fn map_pair() -> io::Result<NonNull<DataPage>> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: new memory, wherever the kernel likes.
    let pair =
        unsafe { libc::mmap(ptr::null_mut(), 2 * PAGE, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0) };
    if pair == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the first page of the pair, which is ours and not used yet.
    let ready = unsafe { map_template(pair).or_else(|_| copy_template(pair)) };
    if let Err(error) = ready {
        // SAFETY: the pair was never shown to anyone.
        unsafe { libc::munmap(pair, 2 * PAGE) };
        return Err(error);
    }
    let data = pair.wrapping_byte_add(PAGE).cast();
    NonNull::new(data).ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}

/// Maps the template's page of the file that holds this code at `code`.
///
/// # Safety
/// `code` is a page that may be replaced.
unsafe fn map_template(code: *mut c_void) -> io::Result<()> {
    let address = template().as_ptr().addr();
    let (file, offset) = file_at(address)?;
    let (access, flags) = (libc::PROT_READ | libc::PROT_EXEC, libc::MAP_PRIVATE | libc::MAP_FIXED);
    // SAFETY: the caller's page; a file mapping of one page.
    let mapped = unsafe { libc::mmap(code, PAGE, access, flags, file.as_raw_fd(), offset) };
    if mapped == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the page that was just mapped.
    let bytes = unsafe { &*mapped.cast::<[u8; PAGE]>() };
    if bytes == template() { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// The file that is mapped at `address`, and where in it that is.
fn file_at(address: usize) -> io::Result<(File, libc::off_t)> {
    let maps = fs::read_to_string("/proc/self/maps")?;
    let (path, offset) =
        maps.lines().find_map(|line| file_of_mapping(line, address)).ok_or(io::ErrorKind::NotFound)?;
    Ok((File::open(path)?, offset))
}

/// The path and the offset of `address` if the line of `/proc/self/maps` is about it:
/// `55d0a000-55d0c000 r-xp 00002000 08:01 1234   /path`.
fn file_of_mapping(line: &str, address: usize) -> Option<(&str, libc::off_t)> {
    let (range, rest) = line.split_once(' ')?;
    let (start, end) = range.split_once('-')?;
    let hexadecimal = |text| usize::from_str_radix(text, 16).ok();
    let (start, end) = (hexadecimal(start)?, hexadecimal(end)?);
    if !(start..end).contains(&address) {
        return None;
    }
    let offset = hexadecimal(rest.split(' ').nth(1)?)? + (address - start);
    let path = &rest[rest.find('/')?..];
    Some((path, libc::off_t::try_from(offset).ok()?))
}

/// Copies the template to `code`, then makes the page executable and no longer writable.
///
/// # Safety
/// `code` is a page that may be replaced.
unsafe fn copy_template(code: *mut c_void) -> io::Result<()> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
    // SAFETY: the caller's page, fresh again whatever was tried before.
    unsafe {
        if libc::mmap(code, PAGE, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0) == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        template().as_ptr().copy_to_nonoverlapping(code.cast(), PAGE);
        if libc::mprotect(code, PAGE, libc::PROT_READ | libc::PROT_EXEC) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    extern "C" fn answer() -> u64 {
        42
    }

    /// Calls the first entry of a pair whose code page is made by `make`.
    fn call_entry(make: unsafe fn(*mut c_void) -> io::Result<()>) -> u64 {
        let pair = map_pair().expect("there is memory").as_ptr().wrapping_byte_sub(PAGE);
        // SAFETY: the pair is this test's own.
        unsafe { make(pair.cast()) }.expect("the page can be made");
        // SAFETY: as above.
        let page = unsafe { &*pair.wrapping_byte_add(PAGE) };
        page.slots[0].target.store(answer as *mut c_void, Ordering::Release);
        // SAFETY: the entry jumps to a function of this type.
        let entry: extern "C" fn() -> u64 =
            unsafe { std::mem::transmute(Slot { data: &page.slots[0] }.address()) };
        entry()
    }

    #[test]
    fn both_ways_to_make_a_code_page_work() {
        assert_eq!((call_entry(map_template), call_entry(copy_template)), (42, 42));
    }

    #[test]
    fn a_line_of_maps_tells_the_file_and_the_offset() {
        let line = "1000-3000 r-xp 00004000 08:01 77      /opt/some lib.so";
        assert_eq!(file_of_mapping(line, 0x2010), Some(("/opt/some lib.so", 0x5010)));
        assert_eq!(file_of_mapping(line, 0x3000), None);
        assert_eq!(file_of_mapping("1000-3000 rw-p 00000000 00:00 0", 0x2000), None);
    }
}
