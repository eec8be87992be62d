package uploader

import (
	"bytes"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Row is one transfer of Rows, of which single fields are read without the cost of the
// whole value. Rows are compared with Same.
type Row struct {
	chunk *RowChunk
	i     int
}

// Transfer returns the whole value. Two calls need not return the same pointer.
func (r Row) Transfer() *Transfer { return r.chunk.Transfer(r.i) }

// None reports whether this is the zero Row, which is no transfer.
func (r Row) None() bool { return r.chunk == nil }

// orNil returns the whole value; nil for the zero Row.
func (r Row) orNil() *Transfer {
	if r.None() {
		return nil
	}
	return r.Transfer()
}

// ID returns Transfer.ID.
func (r Row) ID() TransferID { return r.chunk.ID(r.i) }

// Batch returns Transfer.Batch.
func (r Row) Batch() BatchID {
	if row := r.chunk.rows[r.i]; row.length > 0 {
		return r.chunk.groups[row.group].batch
	}
	return r.chunk.whole[r.i].Batch
}

// Server returns Transfer.Server.
func (r Row) Server() ServerID {
	if row := r.chunk.rows[r.i]; row.length > 0 {
		return r.chunk.groups[row.group].server
	}
	return r.chunk.whole[r.i].Server
}

// Intent returns Transfer.Intent.
func (r Row) Intent() Intent { return r.status().intent() }

// Phase returns Transfer.Phase.
func (r Row) Phase() Phase { return r.status().phase() }

// Begun returns Session.Begun.
func (r Row) Begun() bool { return r.status()&begun != 0 }

// State returns Transfer.State.
func (r Row) State() State {
	row := r.chunk.rows[r.i]
	if row.length == 0 {
		return r.chunk.whole[r.i].State()
	}
	var f *fault.Fault
	if group := &r.chunk.groups[row.group]; group.failed {
		f = &group.fault
	}
	return stateOf(row.status.intent(), row.status.phase(), f)
}

func (r Row) status() status {
	if row := r.chunk.rows[r.i]; row.length > 0 {
		return row.status
	}
	return statusOf(r.chunk.whole[r.i])
}

// HasFault reports whether the transfer has a fault.
func (r Row) HasFault() bool {
	if row := r.chunk.rows[r.i]; row.length > 0 {
		return r.chunk.groups[row.group].failed
	}
	return r.chunk.whole[r.i].Fault != nil
}

// FaultCode returns the kind and the code of Transfer.Fault; zero values if there is none.
func (r Row) FaultCode() (fault.Kind, string) {
	row := r.chunk.rows[r.i]
	if row.length > 0 {
		f := &r.chunk.groups[row.group].fault
		return f.Kind, f.Code
	}
	if f := r.chunk.whole[r.i].Fault; f != nil {
		return f.Kind, f.Code
	}
	return 0, ""
}

// Fault returns Transfer.Fault. Two calls need not return the same pointer.
func (r Row) Fault() *fault.Fault {
	if row := r.chunk.rows[r.i]; row.length == 0 {
		return r.chunk.whole[r.i].Fault
	} else if group := &r.chunk.groups[row.group]; group.failed {
		return group.faultOf(r.Path())
	}
	return nil
}

// Rank returns Transfer.Rank.
func (r Row) Rank() int64 { return r.start().Rank }

// Size returns the size of the file.
func (r Row) Size() int64 { return r.start().Source.Size }

// Finished returns Transfer.Finished.
func (r Row) Finished() Timestamp { return r.start().Finished }

// Offset returns Session.Offset.
func (r Row) Offset() int64 { return r.start().Session.Offset }

// Acknowledged returns Transfer.Acknowledged.
func (r Row) Acknowledged() int64 {
	t := r.start()
	t.Phase = r.Phase()
	return t.Acknowledged()
}

// Path returns the path of the file.
func (r Row) Path() string {
	folder, name := r.path()
	return folder + string(name)
}

// AppendPath appends the path of the file to a buffer.
func (r Row) AppendPath(to []byte) []byte {
	folder, name := r.path()
	return append(append(to, folder...), name...)
}

// path returns the two parts of the path. Name must not be changed.
func (r Row) path() (folder string, name []byte) {
	row := r.chunk.rows[r.i]
	if row.length == 0 {
		return r.chunk.whole[r.i].Source.Path, nil
	}
	var t Transfer
	c := newReader(r.chunk.record(row), &r.chunk.groups[row.group])
	c.start(&t)
	return c.group.folder, c.name()
}

// SameFile reports whether two rows are the same transfer, with the same file, batch and
// server.
func (r Row) SameFile(other Row) bool {
	if r.ID() != other.ID() || r.Batch() != other.Batch() || r.Server() != other.Server() {
		return false
	}
	folder, name := r.path()
	otherFolder, otherName := other.path()
	if folder == otherFolder && bytes.Equal(name, otherName) {
		return true
	}
	return r.Path() == other.Path() // only one of them is packed
}

// start returns a transfer with at least the ID and the fields of recordCoder.start.
func (r Row) start() Transfer {
	row := r.chunk.rows[r.i]
	if row.length == 0 {
		return *r.chunk.whole[r.i]
	}
	t := Transfer{ID: row.id}
	c := newReader(r.chunk.record(row), &r.chunk.groups[row.group])
	c.start(&t)
	return t
}

// Same reports whether two rows have the same value.
func (r Row) Same(other Row) bool {
	if r == other {
		return true
	}
	a, b := r.chunk.rows[r.i], other.chunk.rows[other.i]
	if a.id != b.id {
		return false
	}
	if a.length > 0 && b.length > 0 {
		switch {
		case a.status != b.status:
			return false // so do the intent, the phase or the session
		case sameRecord(r.chunk, a, other.chunk, b):
			return true
		}
	}
	value := *r.Transfer()
	return equal(&value, other.Transfer())
}
