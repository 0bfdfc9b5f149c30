//! The heap of a JavaScript program. Its bound is kept here and not by QuickJS, which cannot tell afterwards whether it was met: with a full heap
//! it has no room for an error either, and throws `null`.

use std::cell::Cell;
use std::ptr::null_mut;
use std::rc::Rc;

use rquickjs::allocator::Allocator;

pub(super) struct BoundedHeap {
    left_bytes: usize,
    /// True once the program asked for more than was left.
    was_full: Rc<Cell<bool>>,
}

impl BoundedHeap {
    pub fn new(most_bytes: usize, was_full: Rc<Cell<bool>>) -> BoundedHeap {
        BoundedHeap { left_bytes: most_bytes, was_full }
    }

    /// Takes memory in place of some that was held before.
    fn take(&mut self, bytes: usize, held: usize, allocate: impl FnOnce() -> *mut libc::c_void) -> *mut u8 {
        let room = self.left_bytes.saturating_add(held);
        let memory = if bytes <= room { allocate() } else { null_mut() };
        if memory.is_null() {
            self.was_full.set(true);
        } else {
            self.left_bytes = room.saturating_sub(size(memory));
        }
        memory.cast()
    }
}

/// Returns how much memory stands behind a pointer that malloc has given.
fn size(memory: *mut libc::c_void) -> usize {
    // SAFETY: the pointer comes from malloc and was not given back, or is null.
    unsafe { libc::malloc_usable_size(memory) }
}

// SAFETY: all memory is malloc's, which keeps what the trait asks for.
unsafe impl Allocator for BoundedHeap {
    fn alloc(&mut self, bytes: usize) -> *mut u8 {
        // SAFETY: the call takes a number.
        self.take(bytes, 0, || unsafe { libc::malloc(bytes) })
    }

    fn calloc(&mut self, count: usize, bytes: usize) -> *mut u8 {
        // SAFETY: the call takes numbers.
        self.take(count.saturating_mul(bytes), 0, || unsafe { libc::calloc(count, bytes) })
    }

    unsafe fn dealloc(&mut self, memory: *mut u8) {
        self.left_bytes = self.left_bytes.saturating_add(size(memory.cast()));
        // SAFETY: the memory is malloc's, and the caller does not use it again.
        unsafe { libc::free(memory.cast()) }
    }

    unsafe fn realloc(&mut self, memory: *mut u8, bytes: usize) -> *mut u8 {
        let held = size(memory.cast());
        // SAFETY: the memory is malloc's, and the caller goes on with what is returned unless it is null.
        self.take(bytes, held, || unsafe { libc::realloc(memory.cast(), bytes) })
    }

    unsafe fn usable_size(memory: *mut u8) -> usize {
        size(memory.cast())
    }
}
