package uploader

import (
	"bytes"
	"slices"
)

// ChunkRows is the greatest number of rows of a chunk.
const ChunkRows = 256

// RowChunk is a part of [Rows]: up to ChunkRows transfers in a row. It may be changed until
// it is part of Rows, by one goroutine; then Writable returns a copy to change. The zero
// value is an empty chunk.
//
// Most transfers only wait, or are done. They are packed, which takes a fifth of the memory
// and is without pointers that the garbage collector would have to follow.
type RowChunk struct {
	rows    []packedRow
	whole   []*Transfer // the rows that are not packed, by their index; nil if there are none
	records []byte      // of the packed rows. Bytes are appended and never changed.
	unused  int         // bytes of records that belong to no row any more
	groups  []rowGroup  // of the packed rows
	min     TransferID  // no row has a lower ID
	max     TransferID  // no row has a higher ID
	shared  bool        // it is immutable, and so is this
}

// Len returns the number of rows.
func (c *RowChunk) Len() int { return len(c.rows) }

// ID returns the ID of the i-th transfer.
func (c *RowChunk) ID(i int) TransferID { return c.rows[i].id }

// Row returns the i-th row.
func (c *RowChunk) Row(i int) Row { return Row{c, i} }

// Transfer returns the i-th transfer. Two calls need not return the same pointer.
func (c *RowChunk) Transfer(i int) *Transfer {
	if c.rows[i].length == 0 {
		return c.whole[i]
	}
	t := &Transfer{}
	c.Read(i, t)
	return t
}

// Read sets t to the value of the i-th transfer. It is for visiting many: Transfer allocates
// memory for each.
func (c *RowChunk) Read(i int, t *Transfer) {
	row := c.rows[i]
	if row.length == 0 {
		*t = *c.whole[i]
		return
	}
	*t = Transfer{}
	c.unpack(row, c.record(row), t)
}

// Find returns the index of the transfer with that ID; -1 if it is not in the chunk.
func (c *RowChunk) Find(id TransferID) int {
	if id < c.min || id > c.max {
		return -1
	}
	if i := int(id - c.min); i < len(c.rows) && c.rows[i].id == id { // mostly they follow each other
		return i
	}
	return slices.IndexFunc(c.rows, func(row packedRow) bool { return row.id == id })
}

// Append adds a transfer at the end. It must not be changed any more.
func (c *RowChunk) Append(t *Transfer) {
	c.grow(t.ID)
	c.Set(len(c.rows)-1, t)
}

// grow adds a row that is to be set.
func (c *RowChunk) grow(id TransferID) {
	if len(c.rows) == 0 {
		c.min, c.max = id, id
	}
	c.min, c.max = min(c.min, id), max(c.max, id)
	c.rows = append(c.rows, packedRow{id: id})
	if c.whole != nil {
		c.whole = append(c.whole, nil)
	}
}

// Set replaces the i-th transfer by another value of it, which must not be changed any more.
func (c *RowChunk) Set(i int, t *Transfer) {
	if !c.setPacked(i, t) {
		c.setWhole(i, t)
	}
}

// SetValue is Set for a value that may be changed later.
func (c *RowChunk) SetValue(i int, t *Transfer) {
	if !c.setPacked(i, t) {
		whole := *t
		c.setWhole(i, &whole)
	}
}

// Change is SetValue for a row that has the value before: what a command for very many
// transfers changes takes a fraction of the time.
func (c *RowChunk) Change(i int, before, after *Transfer) {
	if c.rows[i].length == 0 || !mayPack(after) || !OnlyStatusDiffers(before, after) {
		c.SetValue(i, after)
		return
	}
	same := *before
	same.Phase, same.Intent = after.Phase, after.Intent
	if same == *after { // the record has neither of them
		c.rows[i].status = statusOf(after)
		return
	}
	p := packers.Get().(*packer)
	defer packers.Put(p)
	if row, record, packed := c.packUnchecked(after, p); packed { // the value before has a packed form, and numbers have one
		c.setRecord(i, row, record)
	} else {
		c.SetValue(i, after)
	}
}

// setPacked is Set for a transfer that can be packed; it reports whether it can. The chunk
// does not refer to t afterwards.
func (c *RowChunk) setPacked(i int, t *Transfer) bool {
	p := packers.Get().(*packer)
	defer packers.Put(p)
	row, record, packed := c.pack(t, p)
	if packed {
		c.setRecord(i, row, record)
	}
	return packed
}

// setRecord sets the i-th row to a packed one.
func (c *RowChunk) setRecord(i int, row packedRow, record []byte) {
	if c.hasRecord(i, row, record) {
		row.start = c.rows[i].start
		c.rows[i] = row
		return
	}
	row.start = uint32(len(c.records)) //nolint:gosec // ChunkRows times less than 64 KiB, twice
	c.records = append(c.records, record...)
	c.put(i, row, nil)
}

// hasRecord reports whether the i-th row has the same record and group as row already. So a
// command for very many transfers, which changes the status alone, copies no records.
func (c *RowChunk) hasRecord(i int, row packedRow, record []byte) bool {
	now := c.rows[i]
	return now.length == row.length && now.group == row.group && bytes.Equal(c.record(now), record)
}

// setWhole is Set without packing.
func (c *RowChunk) setWhole(i int, t *Transfer) {
	c.put(i, packedRow{id: t.ID}, t)
}

// put sets the i-th row, of which whole is the value if it is not packed.
func (c *RowChunk) put(i int, row packedRow, whole *Transfer) {
	c.unused += int(c.rows[i].length)
	c.rows[i] = row
	if whole != nil && c.whole == nil {
		c.whole = make([]*Transfer, len(c.rows), cap(c.rows))
	}
	if c.whole != nil {
		c.whole[i] = whole
	}
	if c.unused > len(c.records)/8*3 { // below the half that is unused once all rows have another record
		c.repack()
	}
}

// record returns the record of a packed row.
func (c *RowChunk) record(row packedRow) []byte {
	return c.records[row.start : row.start+uint32(row.length)]
}

// repack copies the records that are used into new memory.
func (c *RowChunk) repack() {
	records := make([]byte, 0, len(c.records)-c.unused)
	for i, row := range c.rows {
		if row.length > 0 {
			c.rows[i].start = uint32(len(records)) //nolint:gosec // less than before
			records = append(records, c.record(row)...)
		}
	}
	c.records, c.unused = records, 0
}

// Delete takes out the i-th transfer.
func (c *RowChunk) Delete(i int) {
	c.unused += int(c.rows[i].length)
	c.rows = slices.Delete(c.rows, i, i+1)
	if c.whole != nil {
		c.whole = slices.Delete(c.whole, i, i+1)
	}
}

// Share makes the chunk immutable. It may be called again from any goroutine.
func (c *RowChunk) Share() {
	if c.shared {
		return
	}
	if used := len(c.records) - c.unused; cap(c.records)-used > used/2 {
		c.repack()
	}
	c.shared = true
}

// Writable returns a chunk with the same rows that may be changed: the chunk itself, or a
// copy if it is immutable. Of the records, the copy shares the memory.
func (c *RowChunk) Writable() *RowChunk {
	if !c.shared {
		return c
	}
	next := *c
	next.rows, next.shared = slices.Clone(c.rows), false
	next.records, next.groups = slices.Clip(c.records), slices.Clip(c.groups)
	next.whole = nil
	if slices.ContainsFunc(c.whole, func(t *Transfer) bool { return t != nil }) {
		next.whole = slices.Clone(c.whole)
	}
	return &next
}

// trim frees the memory that is reserved for more rows and records.
func (c *RowChunk) trim() {
	c.rows, c.records, c.groups = slices.Clip(c.rows), slices.Clone(c.records), slices.Clone(c.groups)
}

// appendRow adds a row of another chunk at the end.
func (c *RowChunk) appendRow(r Row) {
	row := r.chunk.rows[r.i]
	if row.length == 0 {
		c.Append(r.chunk.whole[r.i])
		return
	}
	record := r.chunk.record(row)
	group, ok := c.sameGroup(r.chunk.groups[row.group])
	if !ok {
		c.Append(r.Transfer())
		return
	}
	row.start, row.group = uint32(len(c.records)), group //nolint:gosec // ChunkRows times less than 64 KiB
	c.records = append(c.records, record...)
	c.grow(row.id)
	c.put(len(c.rows)-1, row, nil)
}
