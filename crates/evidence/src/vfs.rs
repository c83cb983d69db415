//! A read-only SQLite VFS over any [`ReadAt`]: SQLite asks for pages, the bytes come from wherever
//! they lie, decrypted on the way if need be. Nothing is ever written, created or deleted; nothing
//! lies readable on disk; memory does not grow with the file.
//!
//! The only `unsafe` code of the workspace. SQLite calls these functions through the C interface of
//! `sqlite3_vfs` (<https://www.sqlite.org/c3ref/vfs.html>); each checks what it is given and none lets
//! a panic cross into C.

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use model::ReadAt;
use rusqlite::ffi;

/// Name under which the VFS is registered.
const NAME: &CStr = c"beskedarkiv-evidence";

/// Bytes offered to SQLite, by the number in the file name.
static OFFERED: Mutex<Option<HashMap<u64, Arc<dyn ReadAt>>>> = Mutex::new(None);
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Bytes offered to SQLite under a name; withdrawn when dropped.
pub(crate) struct Offer {
    number: u64,
}

impl Offer {
    /// Offers `bytes`; SQLite opens them under [`Offer::file_name`].
    pub(crate) fn new(bytes: Arc<dyn ReadAt>) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut offered = OFFERED.lock().unwrap_or_else(PoisonError::into_inner);
        offered.get_or_insert_default().insert(number, bytes);
        Self { number }
    }

    /// The name that SQLite opens.
    pub(crate) fn file_name(&self) -> String {
        self.number.to_string()
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        let mut offered = OFFERED.lock().unwrap_or_else(PoisonError::into_inner);
        offered.get_or_insert_default().remove(&self.number);
    }
}

/// The name of the VFS for opening a connection; registers it the first time.
pub(crate) fn name() -> Result<&'static CStr, c_int> {
    static DONE: OnceLock<c_int> = OnceLock::new();
    match *DONE.get_or_init(register) {
        ffi::SQLITE_OK => Ok(NAME),
        code => Err(code),
    }
}

fn register() -> c_int {
    // SAFETY: sqlite3_initialize and sqlite3_vfs_find take no pointers of ours; the latter returns
    // null or a VFS that lives as long as the process.
    let base = unsafe {
        ffi::sqlite3_initialize();
        ffi::sqlite3_vfs_find(ptr::null())
    };
    if base.is_null() {
        return ffi::SQLITE_ERROR;
    }
    let vfs = ffi::sqlite3_vfs {
        iVersion: 1,
        szOsFile: c_int::try_from(size_of::<Open>()).unwrap_or(c_int::MAX),
        mxPathname: 512,
        pNext: ptr::null_mut(),
        zName: NAME.as_ptr(),
        pAppData: base.cast(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_pathname),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(current_time),
        xGetLastError: None,
        xCurrentTimeInt64: None,
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    };
    // SAFETY: the VFS is leaked, so SQLite may keep the pointer for the life of the process.
    unsafe { ffi::sqlite3_vfs_register(Box::into_raw(Box::new(vfs)), 0) }
}

/// What SQLite allocates for an open file: its own base first, then our bytes.
#[repr(C)]
struct Open {
    base: ffi::sqlite3_file,
    bytes: *mut Arc<dyn ReadAt>,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(lock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

unsafe extern "C" fn open(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let open = file.cast::<Open>();
    // SAFETY: SQLite hands us szOsFile = size_of::<Open>() writable bytes; a null pMethods says that
    // xClose must not be called.
    unsafe {
        (*open).base.pMethods = ptr::null();
        (*open).bytes = ptr::null_mut();
    }
    if name.is_null() || flags & ffi::SQLITE_OPEN_MAIN_DB == 0 {
        return ffi::SQLITE_CANTOPEN;
    }
    // SAFETY: a non-null name is a NUL-terminated string that lives during this call.
    let name = unsafe { CStr::from_ptr(name) };
    let number = name.to_str().ok().and_then(|n| n.parse::<u64>().ok());
    let bytes = number.and_then(|number| {
        OFFERED.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.get(&number).cloned()
    });
    let Some(bytes) = bytes else { return ffi::SQLITE_CANTOPEN };
    // SAFETY: as above; out_flags may be null, else it is writable.
    unsafe {
        (*open).bytes = Box::into_raw(Box::new(bytes));
        (*open).base.pMethods = &raw const METHODS;
        if !out_flags.is_null() {
            *out_flags = ffi::SQLITE_OPEN_READONLY | ffi::SQLITE_OPEN_MAIN_DB;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let open = file.cast::<Open>();
    // SAFETY: SQLite calls xClose once, on a file that `open` filled in.
    unsafe {
        if !(*open).bytes.is_null() {
            drop(Box::from_raw((*open).bytes));
            (*open).bytes = ptr::null_mut();
        }
    }
    ffi::SQLITE_OK
}

/// The bytes of an open file.
///
/// # Safety
/// `file` was filled in by `open` and not closed, as SQLite guarantees for every method.
unsafe fn bytes<'a>(file: *mut ffi::sqlite3_file) -> &'a dyn ReadAt {
    // SAFETY: see above; the box lives until `close`.
    unsafe { (*(*file.cast::<Open>()).bytes).as_ref() }
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    buf: *mut c_void,
    n: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    let (Ok(n), Ok(at)) = (usize::try_from(n), u64::try_from(at)) else { return ffi::SQLITE_IOERR_READ };
    // SAFETY: SQLite gives a buffer of n bytes; it is zeroed first, since it may be uninitialised.
    let buf = unsafe {
        ptr::write_bytes(buf.cast::<u8>(), 0, n);
        std::slice::from_raw_parts_mut(buf.cast::<u8>(), n)
    };
    // SAFETY: the file is open.
    let bytes = unsafe { bytes(file) };
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut done = 0;
        while done < n {
            match bytes.read_at(at + done as u64, &mut buf[done..]) {
                Ok(0) => break,
                Ok(k) => done += k,
                Err(_) => return None,
            }
        }
        Some(done)
    }));
    match result {
        Ok(Some(done)) if done == n => ffi::SQLITE_OK,
        // the rest of the buffer is zero, as SQLite demands
        Ok(Some(_)) => ffi::SQLITE_IOERR_SHORT_READ,
        _ => ffi::SQLITE_IOERR_READ,
    }
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: the file is open; size is writable.
    unsafe { *size = i64::try_from(bytes(file).len()).unwrap_or(i64::MAX) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn write(
    _: *mut ffi::sqlite3_file,
    _: *const c_void,
    _: c_int,
    _: ffi::sqlite3_int64,
) -> c_int {
    ffi::SQLITE_READONLY
}

unsafe extern "C" fn truncate(_: *mut ffi::sqlite3_file, _: ffi::sqlite3_int64) -> c_int {
    ffi::SQLITE_READONLY
}

unsafe extern "C" fn sync(_: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock(_: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(_: *mut ffi::sqlite3_file, reserved: *mut c_int) -> c_int {
    // SAFETY: SQLite gives a writable int.
    unsafe { *reserved = 0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    4096
}

unsafe extern "C" fn device_characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_IMMUTABLE
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, _: *const c_char, _: c_int) -> c_int {
    ffi::SQLITE_READONLY
}

unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    _: *const c_char,
    _: c_int,
    result: *mut c_int,
) -> c_int {
    // no journal, no log: there is nothing beside the bytes offered
    // SAFETY: SQLite gives a writable int.
    unsafe { *result = 0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: name is a NUL-terminated string, out has room bytes.
    unsafe {
        let name = CStr::from_ptr(name).to_bytes_with_nul();
        if name.len() > usize::try_from(room).unwrap_or(0) {
            return ffi::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(name.as_ptr().cast(), out, name.len());
    }
    ffi::SQLITE_OK
}

/// The operating system's VFS, for what has nothing to do with files.
///
/// # Safety
/// `vfs` is the one registered by `register`, whose pAppData is a live VFS.
unsafe fn base(vfs: *mut ffi::sqlite3_vfs) -> *mut ffi::sqlite3_vfs {
    // SAFETY: see above.
    unsafe { (*vfs).pAppData.cast() }
}

unsafe extern "C" fn randomness(vfs: *mut ffi::sqlite3_vfs, n: c_int, out: *mut c_char) -> c_int {
    // SAFETY: the arguments are SQLite's own, passed on.
    unsafe { (*base(vfs)).xRandomness.map_or(0, |f| f(base(vfs), n, out)) }
}

unsafe extern "C" fn sleep(vfs: *mut ffi::sqlite3_vfs, micros: c_int) -> c_int {
    // SAFETY: the arguments are SQLite's own, passed on.
    unsafe { (*base(vfs)).xSleep.map_or(0, |f| f(base(vfs), micros)) }
}

unsafe extern "C" fn current_time(vfs: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: the arguments are SQLite's own, passed on.
    unsafe { (*base(vfs)).xCurrentTime.map_or(ffi::SQLITE_ERROR, |f| f(base(vfs), out)) }
}
