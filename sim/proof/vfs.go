package proof

import (
	"errors"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite reaches files through a table of functions, its VFS. installVFS puts a table of our own before the one of the
// operating system: it opens files with the other's functions, and for those in the folder of a Disk it stands between
// SQLite and the functions that write. This is SQLite's own way of testing what a crash leaves (sqlite.org/testing.html,
// "Crash testing").

var (
	installed    sync.Once
	errInstalled error
	below        uintptr // the VFS of the operating system
)

func installVFS() error {
	installed.Do(func() {
		tls := libc.NewTLS()
		if below = sqlite3.Xsqlite3_vfs_find(tls, 0); below == 0 {
			errInstalled = errors.New("proof: SQLite has no VFS")
			return
		}
		size := unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})
		ours := libc.Xmalloc(tls, libc.Tsize_t(size))
		name, err := libc.CString("duly-proof")
		if ours == 0 || err != nil {
			errInstalled = errors.New("proof: out of memory")
			return
		}
		v := at[sqlite3.Tsqlite3_vfs](ours)
		*v = *at[sqlite3.Tsqlite3_vfs](below)
		v.FzName, v.FpNext = name, 0
		v.FxOpen, v.FxDelete = pointer(vfsOpen), pointer(vfsDelete)
		if rc := sqlite3.Xsqlite3_vfs_register(tls, ours, 1); rc != sqlite3.SQLITE_OK {
			errInstalled = errors.New("proof: SQLite refuses the VFS")
		}
	})
	return errInstalled
}

// at returns the C structure at an address.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// pointer returns a function of Go as SQLite's Go translation calls it. The function must be declared at the top of a
// package, so that its value stays where it is.
func pointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

// function is the way back.
func function[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&p)) }

func bytesAt(p uintptr, n int32) []byte { return unsafe.Slice(at[byte](p), n) }

// A handle is one file that SQLite has open in the folder of a disk.
type handle struct {
	disk    *Disk
	owner   *Owner
	medium  *medium // nil where a loss of power is not noted
	beside  bool    // a log that is open to be synced beside SQLite's own commits, which made it
	methods *sqlite3.Tsqlite3_io_methods
}

var (
	handles sync.Map // address of the C structure → *handle
	tables  sync.Map // address of the operating system's table → address of ours
)

type (
	openFunc     = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32
	deleteFunc   = func(tls *libc.TLS, vfs, name uintptr, sync int32) int32
	closeFunc    = func(tls *libc.TLS, file uintptr) int32
	transferFunc = func(tls *libc.TLS, file, buf uintptr, n int32, off int64) int32
	truncateFunc = func(tls *libc.TLS, file uintptr, size int64) int32
	sizeFunc     = func(tls *libc.TLS, file, size uintptr) int32
)

func vfsOpen(tls *libc.TLS, _, name, file uintptr, flags int32, out uintptr) int32 {
	rc := function[openFunc](at[sqlite3.Tsqlite3_vfs](below).FxOpen)(tls, below, name, file, flags, out)
	if rc != sqlite3.SQLITE_OK || name == 0 {
		return rc
	}
	path := libc.GoString(name)
	d := diskOf(path)
	if d == nil {
		return rc
	}
	f := at[sqlite3.Tsqlite3_file](file)
	h := &handle{disk: d, owner: d.now, methods: at[sqlite3.Tsqlite3_io_methods](f.FpMethods)}
	h.beside = flags&sqlite3.SQLITE_OPEN_WAL != 0 && flags&sqlite3.SQLITE_OPEN_CREATE == 0
	if d.watched(path) {
		h.medium = d.medium(path)
	}
	handles.Store(file, h)
	f.FpMethods = tableFor(tls, f.FpMethods)
	return rc
}

// tableFor returns our table for one of the operating system's.
func tableFor(tls *libc.TLS, theirs uintptr) uintptr {
	if t, ok := tables.Load(theirs); ok {
		return t.(uintptr)
	}
	ours := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
	m := at[sqlite3.Tsqlite3_io_methods](ours)
	*m = *at[sqlite3.Tsqlite3_io_methods](theirs)
	m.FxClose, m.FxWrite = pointer(fileClose), pointer(fileWrite)
	m.FxTruncate, m.FxSync = pointer(fileTruncate), pointer(fileSync)
	t, _ := tables.LoadOrStore(theirs, ours)
	return t.(uintptr)
}

func handleOf(file uintptr) *handle {
	h, _ := handles.Load(file)
	return h.(*handle)
}

func vfsDelete(tls *libc.TLS, _, name uintptr, sync int32) int32 {
	path := libc.GoString(name)
	if d := diskOf(path); d != nil {
		if !d.now.may() {
			return sqlite3.SQLITE_IOERR_DELETE
		}
		delete(d.media, path)
	}
	return function[deleteFunc](at[sqlite3.Tsqlite3_vfs](below).FxDelete)(tls, below, name, sync)
}

func fileClose(tls *libc.TLS, file uintptr) int32 {
	h := handleOf(file)
	handles.Delete(file)
	return function[closeFunc](h.methods.FxClose)(tls, file)
}

func fileWrite(tls *libc.TLS, file, buf uintptr, n int32, off int64) int32 {
	h := handleOf(file)
	if !h.owner.may() {
		return sqlite3.SQLITE_IOERR_WRITE
	}
	h.disk.Writes++
	if h.medium != nil {
		c := h.before(tls, file, off, n)
		c.data = append([]byte(nil), bytesAt(buf, n)...)
		h.medium.pending = append(h.medium.pending, c)
	}
	return function[transferFunc](h.methods.FxWrite)(tls, file, buf, n, off)
}

func fileTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	h := handleOf(file)
	if !h.owner.may() {
		return sqlite3.SQLITE_IOERR_TRUNCATE
	}
	if h.medium != nil {
		c := h.before(tls, file, size, 1<<30)
		h.medium.pending = append(h.medium.pending, c)
	}
	return function[truncateFunc](h.methods.FxTruncate)(tls, file, size)
}

// before returns a change with what it is about to cover.
func (h *handle) before(tls *libc.TLS, file uintptr, off int64, n int32) change {
	c := change{off: off}
	size := libc.Xmalloc(tls, 8)
	defer libc.Xfree(tls, size)
	if function[sizeFunc](h.methods.FxFileSize)(tls, file, size) == sqlite3.SQLITE_OK {
		c.size = *at[int64](size)
	}
	n = int32(min(int64(n), c.size-off))
	if n <= 0 {
		return c
	}
	buf := libc.Xmalloc(tls, libc.Tsize_t(n))
	defer libc.Xfree(tls, buf)
	if function[transferFunc](h.methods.FxRead)(tls, file, buf, n, off) == sqlite3.SQLITE_OK {
		c.under = append([]byte(nil), bytesAt(buf, n)...)
	}
	return c
}

func fileSync(_ *libc.TLS, file uintptr, _ int32) int32 {
	h := handleOf(file)
	if !h.owner.may() {
		return sqlite3.SQLITE_IOERR_FSYNC
	}
	h.disk.Syncs++
	if h.medium != nil && (!h.disk.lies || !h.owner.bound) && (!h.disk.hasty || !h.beside) {
		h.medium.pending = h.medium.pending[:0]
	}
	return sqlite3.SQLITE_OK
}
