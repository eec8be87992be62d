package uploader

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

// maxGroups is how many groups of a chunk its packed rows can refer to.
const maxGroups = 1 << 8

// packedRow is a row of a chunk without pointers. A record of RowChunk.records has the
// fields that are not in here and not in the group.
type packedRow struct {
	id     TransferID
	start  uint32 // of the record
	length uint16 // of the record in bytes; 0: the row is in RowChunk.whole
	group  uint8  // in RowChunk.groups
	status status // of a packed row
}

// status is the intent and the phase of a transfer, and whether its session has begun.
type status uint8

const (
	intentShift = 4
	begun       = 1 << 7
)

func statusOf(t *Transfer) status {
	s := status(t.Phase) | status(t.Intent)<<intentShift
	if t.Session.Begun() {
		s |= begun
	}
	return s
}

func (s status) phase() Phase   { return Phase(s & (1<<intentShift - 1)) }
func (s status) intent() Intent { return Intent(s &^ begun >> intentShift) }

// rowGroup is what packed rows have in common.
type rowGroup struct {
	batch  BatchID
	server ServerID
	volume uint64
	folder string    // the part of the path up to the name
	added  Timestamp // of the first one; records have the difference
}

// packer has memory for packing a transfer, which would be allocated for each otherwise.
type packer struct {
	record [512]byte
	value  Transfer
}

var packers = sync.Pool{New: func() any { return &packer{} }}

// pack returns the packed form of a transfer and its record, in memory of p. It reports false
// for a transfer that is not packed: one that is being sent, so that it changes all the time,
// one that waits or failed because of a fault, and any other with a value that has no packed
// form.
func (c *RowChunk) pack(t *Transfer, p *packer) (row packedRow, record []byte, ok bool) {
	if t.Phase.Working() || t.Phase == PhaseWaiting || t.Phase == PhaseFailed || t.Fault != nil || t.Result != nil || t.Repeated != nil {
		return packedRow{}, nil, false
	}
	group, ok := c.groupFor(t)
	if !ok {
		return packedRow{}, nil, false
	}
	w := recordCoder{record: p.record[:0], group: &c.groups[group], writing: true}
	p.value = *t
	w.transfer(&p.value)
	record = binary.AppendUvarint(w.record, w.mask)
	body := len(w.record)
	record = append(record, w.record[:body]...)[body:]
	if len(record) >= 1<<16 {
		return packedRow{}, nil, false
	}
	row = packedRow{id: t.ID, length: uint16(len(record)), group: group, status: statusOf(t)} //nolint:gosec // checked above
	p.value = Transfer{}
	c.unpack(row, record, &p.value)
	return row, record, p.value == *t // a value without a packed form, or a field that the record does not have
}

// unpack sets t to the value of a packed row.
func (c *RowChunk) unpack(row packedRow, record []byte, t *Transfer) {
	t.ID, t.Phase, t.Intent = row.id, row.status.phase(), row.status.intent()
	r := newReader(record, &c.groups[row.group])
	r.transfer(t)
}

// newReader returns a recordCoder that reads a record.
func newReader(record []byte, group *rowGroup) recordCoder {
	mask, n := binary.Uvarint(record)
	return recordCoder{record: record[n:], mask: mask, group: group}
}

// groupFor returns the index of the group of a transfer.
func (c *RowChunk) groupFor(t *Transfer) (uint8, bool) {
	folder := t.Source.Path[:strings.LastIndexAny(t.Source.Path, `/\`)+1]
	for i := len(c.groups) - 1; i >= 0; i-- {
		g := &c.groups[i]
		if g.batch == t.Batch && g.server == t.Server && g.volume == t.Source.Identity.Volume && g.folder == folder {
			return uint8(i), true //nolint:gosec // at most maxGroups
		}
	}
	if len(c.groups) == maxGroups {
		return 0, false
	}
	c.groups = append(c.groups, rowGroup{
		batch: t.Batch, server: t.Server, volume: t.Source.Identity.Volume, folder: strings.Clone(folder), added: t.Added,
	})
	return uint8(len(c.groups) - 1), true //nolint:gosec // at most maxGroups
}

// sameGroup returns the index of a group that equals g.
func (c *RowChunk) sameGroup(g rowGroup) (uint8, bool) {
	for i, group := range slices.Backward(c.groups) {
		if group == g {
			return uint8(i), true //nolint:gosec // at most maxGroups
		}
	}
	if len(c.groups) == maxGroups {
		return 0, false
	}
	c.groups = append(c.groups, g)
	return uint8(len(c.groups) - 1), true //nolint:gosec // at most maxGroups
}

// recordCoder writes or reads a record: a bit mask of the fields that are not zero, and
// their values. Integers are varints, texts have their length in front. Both directions
// visit the fields in the same order.
type recordCoder struct {
	record  []byte // written so far, without the mask; or not read yet
	mask    uint64
	field   uint // number of the next field
	group   *rowGroup
	writing bool
}

// transfer writes or reads the fields of a transfer. When it writes, t is not used any more.
func (c *recordCoder) transfer(t *Transfer) {
	c.start(t)

	c.source(t)
	fingerprint(c, &t.Fingerprint)
	added := t.Added - c.group.added
	codeNumber(c, &added)
	t.Added = added + c.group.added
	t.Batch, t.Server = c.group.batch, c.group.server

	codeNumber(c, &t.ChangeTime)
	codeText(c, &t.Session.URL)
	codeNumber(c, &t.Session.Parts)
	codeNumber(c, &t.Session.Sent)
	codeNumber(c, &t.Session.Expires)
	codeNumber(c, &t.Session.Unconfirmed)
	codeBool(c, &t.AsIs)
	codeNumber(c, &t.Attempt)
	codeNumber(c, &t.NextTry)
	codeNumber(c, &t.Started)
	codeNumber(c, &t.ActiveTime)
	codeNumber(c, &t.ResumedFrom)
	codeText(c, &t.SHA256)
	codeNumber(c, &t.Exists)
	codeNumber(c, &t.NameNumber)
	codeNumber(c, &t.EarlierUpload)
}

// start writes or reads the fields that Row reads without the others.
func (c *recordCoder) start(t *Transfer) {
	rank := t.Rank - int64(t.ID) // mostly the same in a batch, and small
	codeNumber(c, &rank)
	t.Rank = rank + int64(t.ID)
	codeNumber(c, &t.Source.Size)
	codeNumber(c, &t.Session.Offset)
	codeNumber(c, &t.Finished)
}

// source writes or reads the file of a transfer, without its size.
func (c *recordCoder) source(t *Transfer) {
	f := &t.Source
	c.path(f)
	relative := 0
	if strings.HasSuffix(f.Path, f.RelPath) {
		relative = len(f.RelPath)
	}
	codeNumber(c, &relative)
	f.RelPath = f.Path[len(f.Path)-relative:]
	var local, utc int64 // nanoseconds since 1970; 0 for none
	switch {
	case f.ModTime.IsZero():
	case f.ModTime.Location() == time.UTC:
		utc = f.ModTime.UnixNano()
	default:
		local = f.ModTime.UnixNano()
	}
	codeNumber(c, &local)
	codeNumber(c, &utc)
	switch {
	case local != 0:
		f.ModTime = time.Unix(0, local)
	case utc != 0:
		f.ModTime = time.Unix(0, utc).UTC()
	default:
		f.ModTime = time.Time{}
	}
	codeNumber(c, &f.Identity.Index)
	f.Identity.Volume = c.group.volume
}

// path writes or reads the path of a file, which follows the fields of start.
func (c *recordCoder) path(f *source.File) {
	folder := c.group.folder
	switch {
	case c.writing:
		name := f.Path[len(folder):]
		codeText(c, &name)
	default:
		f.Path = folder + string(c.name())
	}
}

// name reads the part of the path after the folder, which follows the fields of start.
func (c *recordCoder) name() []byte {
	if !c.present(true) {
		return nil
	}
	return c.text()
}

// present reports whether the next field is to be written or read.
func (c *recordCoder) present(zero bool) bool {
	bit := uint64(1) << c.field
	c.field++
	if c.writing && !zero {
		c.mask |= bit
	}
	return c.mask&bit != 0
}

func codeNumber[T ~int | ~int32 | ~int64 | ~uint8 | ~uint64](c *recordCoder, value *T) {
	switch {
	case !c.present(*value == 0):
		*value = 0
	case c.writing:
		c.record = binary.AppendVarint(c.record, int64(*value))
	default:
		number, n := binary.Varint(c.record)
		*value, c.record = T(number), c.record[n:]
	}
}

func codeBool(c *recordCoder, value *bool) {
	*value = c.present(!*value)
}

func codeText(c *recordCoder, value *string) {
	switch {
	case !c.present(*value == ""):
		*value = ""
	case c.writing:
		c.record = append(binary.AppendUvarint(c.record, uint64(len(*value))), *value...)
	default:
		*value = string(c.text())
	}
}

// text reads a text.
func (c *recordCoder) text() []byte {
	length, n := binary.Uvarint(c.record)
	end := n + int(length) //nolint:gosec // as it was written
	text := c.record[n:end]
	c.record = c.record[end:]
	return text
}

// digestForm is the length of a fingerprint in the usual form: two characters, a colon and
// a digest of 32 bytes in base64.
const digestForm = 46

// fingerprint writes or reads a fingerprint. One in the usual form is written with the bytes
// of the digest.
func fingerprint(c *recordCoder, value *string) {
	if !c.writing {
		if !c.present(true) {
			codeText(c, value)
			return
		}
		c.present(true) // there is no other text
		packed := c.text()
		var text [digestForm]byte
		copy(text[:], packed[:2])
		text[2] = ':'
		base64.RawURLEncoding.Encode(text[3:], packed[2:])
		*value = string(text[:])
		return
	}
	var packed [2 + 33]byte
	text := *value
	usual := len(text) == digestForm && text[2] == ':'
	if usual {
		copy(packed[:], text[:2])
		n, err := base64.RawURLEncoding.Strict().Decode(packed[2:], []byte(text[3:]))
		usual = err == nil && n == 32
	}
	if c.present(!usual) {
		c.record = append(binary.AppendUvarint(c.record, 34), packed[:34]...)
		text = ""
	}
	codeText(c, &text)
}

// sameRecord reports whether packed rows of two chunks have the same record and group.
func sameRecord(a *RowChunk, x packedRow, b *RowChunk, y packedRow) bool {
	return a.groups[x.group] == b.groups[y.group] && bytes.Equal(a.record(x), b.record(y))
}
