//! The memory that arrays own: headers with a count of who holds it.
//!
//! ```text
//!   own memory        one block, from the C library
//!     object  ->  +------+--------+------------------------+
//!                 | pad  | header | elements, 64-byte aligned
//!                 +------+--------+------------------------+
//!   borrowed          a header on the host's stack; the elements belong to a Python object
//!
//!   header   0   count    how many hold it; not atomic
//!            8   size     bytes of elements
//!           16   object   the start of the block, or the Python object
//!           24   kind
//! ```
//! Compiled code counts by itself and calls [`free`] when the count has reached zero. A header belongs to
//! one call or to one Python object, so that no two threads count at once.

use std::ffi::c_void;
use std::mem::offset_of;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the elements of own memory are aligned to: a cache line, and the widest vector.
const ALIGN: usize = 64;
/// The bytes of a block that are not elements, at most.
const OVERHEAD: usize = size_of::<Memory>() + ALIGN;
/// From so many bytes on the system is asked for large pages, as NumPy does.
const LARGE: usize = 1 << 22;
const PAGE: usize = 4096;

/// Own blocks that are there.
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// How memory is let go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Kind {
    /// A block of the C library, which the last holder frees.
    Own = 0,
    /// A Python object's, whoever counts.
    Borrowed = 1,
}

/// The header of a block of memory.
#[derive(Debug)]
#[repr(C)]
pub struct Memory {
    count: u64,
    size: u64,
    object: *mut c_void,
    kind: Kind,
}

impl Memory {
    /// Where a header has its count, a word.
    pub const COUNT_OFFSET: usize = offset_of!(Self, count);
    /// How far behind its header's start the elements of own memory start.
    pub const ELEMENTS_OFFSET: usize = size_of::<Self>();

    /// The header for an argument: its elements are the object's. The caller holds it, so it is never freed
    /// by counting; it must outlive all that compiled code made of it.
    pub const fn borrowed(object: *mut c_void) -> Self {
        Self { count: 1, size: 0, object, kind: Kind::Borrowed }
    }

    /// New memory that the caller holds, its elements zero or whatever was there; none where there is no
    /// room for it.
    pub fn allocate(size: u64, is_zeroed: bool) -> Option<NonNull<Self>> {
        let size = usize::try_from(size).ok().filter(|&size| size <= isize::MAX as usize - OVERHEAD)?;
        let whole = size + OVERHEAD;
        // SAFETY: neither asks anything of its arguments; the size is not zero.
        let block = unsafe { if is_zeroed { libc::calloc(1, whole) } else { libc::malloc(whole) } };
        let block = NonNull::new(block)?.cast::<u8>();
        let start = block.addr().get() + size_of::<Self>();
        let padding = start.next_multiple_of(ALIGN) - start;
        // SAFETY: the padding is less than `ALIGN`, so a header and the elements still fit into the block.
        let header = unsafe { block.add(padding) }.cast::<Self>();
        let made = Self { count: 1, size: size as u64, object: block.as_ptr().cast(), kind: Kind::Own };
        // SAFETY: in the block, and aligned: the elements behind it are, and its size is a multiple of eight.
        unsafe { header.write(made) };
        if size >= LARGE {
            ask_for_large_pages(block, whole);
        }
        LIVE.fetch_add(1, Ordering::Relaxed);
        Some(header)
    }

    /// How it is let go.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The Python object that borrowed memory belongs to.
    pub const fn object(&self) -> Option<*mut c_void> {
        match self.kind {
            Kind::Borrowed => Some(self.object),
            Kind::Own => None,
        }
    }

    /// The bytes of elements of own memory.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// How many hold it.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// One more holds it.
    ///
    /// # Safety
    /// A header that is there, which nobody else reads or counts at the same time.
    pub unsafe fn retain(this: NonNull<Self>) {
        // SAFETY: the caller says so.
        unsafe { (*this.as_ptr()).count += 1 };
    }

    /// One less holds it; with the last it is gone.
    ///
    /// # Safety
    /// As for [`Memory::retain`], and the caller held it.
    pub unsafe fn release(this: NonNull<Self>) {
        // SAFETY: the caller says so.
        let left = unsafe {
            (*this.as_ptr()).count -= 1;
            (*this.as_ptr()).count
        };
        if left == 0 {
            // SAFETY: nobody holds it any more.
            unsafe { free(this.as_ptr()) };
        }
    }
}

/// How many blocks of own memory are there in the process.
pub fn live() -> usize {
    LIVE.load(Ordering::Relaxed)
}

/// Large pages for the whole pages of a block. It is only a wish: a refusal changes nothing.
fn ask_for_large_pages(block: NonNull<u8>, size: usize) {
    let padding = block.addr().get().next_multiple_of(PAGE) - block.addr().get();
    let whole = (size - padding) / PAGE * PAGE;
    // SAFETY: the pages lie in the block, which is larger than `LARGE`; the advice keeps their contents.
    unsafe { libc::madvise(block.add(padding).as_ptr().cast(), whole, libc::MADV_HUGEPAGE) };
}

/// New memory for compiled code, null where there is no room for it.
pub(crate) extern "C" fn allocate(size: u64, is_zeroed: u32) -> *mut Memory {
    Memory::allocate(size, is_zeroed != 0).map_or(ptr::null_mut(), NonNull::as_ptr)
}

/// Lets memory go that nobody holds any more.
///
/// # Safety
/// A header whose count has reached zero.
pub(crate) unsafe extern "C" fn free(memory: *mut Memory) {
    // SAFETY: the caller says that it is there.
    let (kind, object) = unsafe { ((*memory).kind, (*memory).object) };
    match kind {
        Kind::Own => {
            LIVE.fetch_sub(1, Ordering::Relaxed);
            // SAFETY: the start of the block that `allocate` got, and nobody holds the header in it.
            unsafe { libc::free(object) };
        }
        Kind::Borrowed => {}
    }
}

/// One less holds the memory, if there is one: what compiled code calls where it ends with an error.
///
/// # Safety
/// Null, or as for [`Memory::release`].
pub(crate) unsafe extern "C" fn release(memory: *mut Memory) {
    if let Some(memory) = NonNull::new(memory) {
        // SAFETY: the caller says so.
        unsafe { Memory::release(memory) };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// The count of blocks is the process's: one test at a time.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

    fn elements(memory: NonNull<Memory>) -> *mut u8 {
        // SAFETY: the elements start there, be it one behind the block's last byte.
        unsafe { memory.as_ptr().cast::<u8>().add(Memory::ELEMENTS_OFFSET) }
    }

    #[test]
    fn elements_are_aligned_and_zero_where_that_was_asked() {
        let _one = ONE_AT_A_TIME.lock();
        for size in [0, 1, 63, 64, 1000, LARGE as u64, 5 * LARGE as u64 + 24] {
            for is_zeroed in [false, true] {
                let memory = Memory::allocate(size, is_zeroed).expect("there is room");
                let (count, length) = (live(), usize::try_from(size).expect("it is small"));
                assert_eq!(elements(memory).addr() % ALIGN, 0);
                // SAFETY: nobody else has the new header.
                let header = unsafe { memory.as_ref() };
                assert_eq!((header.count(), header.size(), header.object()), (1, size, None));
                if is_zeroed {
                    // SAFETY: so many bytes of elements.
                    let bytes = unsafe { std::slice::from_raw_parts(elements(memory), length) };
                    assert!(bytes.iter().all(|&byte| byte == 0));
                }
                // SAFETY: so many bytes of elements; this thread alone holds the header.
                unsafe {
                    elements(memory).write_bytes(0xA5, length);
                    Memory::retain(memory);
                    Memory::release(memory);
                    assert_eq!(live(), count);
                    Memory::release(memory);
                }
                assert_eq!(live(), count - 1);
            }
        }
    }

    #[test]
    fn memory_that_cannot_be_is_null() {
        let _one = ONE_AT_A_TIME.lock();
        let count = live();
        for size in [u64::MAX, isize::MAX as u64, isize::MAX as u64 - 64, 1 << 60] {
            assert_eq!(allocate(size, 0), ptr::null_mut());
            assert_eq!(allocate(size, 1), ptr::null_mut());
        }
        // SAFETY: null is allowed.
        unsafe { release(ptr::null_mut()) };
        assert_eq!(live(), count);
    }

    #[test]
    fn borrowed_memory_is_not_freed() {
        let mut object = 7_u32;
        let object = (&raw mut object).cast::<c_void>();
        let mut header = Memory::borrowed(object);
        let memory = NonNull::from(&mut header);
        // SAFETY: the header is this function's.
        unsafe {
            Memory::retain(memory);
            release(memory.as_ptr());
            release(memory.as_ptr());
        }
        assert_eq!((header.kind(), header.object(), header.count()), (Kind::Borrowed, Some(object), 0));
    }
}
