package uploader

import "slices"

// ChunkRows is the greatest number of rows of a chunk.
const ChunkRows = 256

// RowChunk is a part of [Rows]: up to ChunkRows transfers in a row. It may be changed until
// it is part of Rows, by one goroutine; then Writable returns a copy to change. The zero
// value is an empty chunk.
type RowChunk struct {
	transfers []*Transfer
	shared    bool // part of Rows. Only the goroutine that may change the chunk reads it.
}

// Len returns the number of rows.
func (c *RowChunk) Len() int { return len(c.transfers) }

// ID returns the ID of the i-th transfer.
func (c *RowChunk) ID(i int) TransferID { return c.transfers[i].ID }

// Transfer returns the i-th transfer.
func (c *RowChunk) Transfer(i int) *Transfer { return c.transfers[i] }

// Find returns the index of the transfer with that ID; -1 if it is not in the chunk.
func (c *RowChunk) Find(id TransferID) int {
	for i, t := range c.transfers {
		if t.ID == id {
			return i
		}
	}
	return -1
}

// Append adds a transfer at the end.
func (c *RowChunk) Append(t *Transfer) { c.transfers = append(c.transfers, t) }

// Set replaces the i-th transfer by another value of it.
func (c *RowChunk) Set(i int, t *Transfer) { c.transfers[i] = t }

// Delete takes out the i-th transfer.
func (c *RowChunk) Delete(i int) { c.transfers = slices.Delete(c.transfers, i, i+1) }

// Share makes the chunk immutable.
func (c *RowChunk) Share() { c.shared = true }

// Writable returns a chunk with the same rows that may be changed: the chunk itself, or a
// copy if it is immutable.
func (c *RowChunk) Writable() *RowChunk {
	if !c.shared {
		return c
	}
	return &RowChunk{transfers: slices.Clone(c.transfers)}
}

// appendRow adds a row of another chunk at the end.
func (c *RowChunk) appendRow(r Row) { c.Append(r.Transfer()) }
