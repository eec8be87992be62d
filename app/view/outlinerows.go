package view

import "github.com/ferryapp/ferry/uploader"

// Len returns the number of rows.
func (o *Outline) Len() int { return len(o.lines) }

// Empty reports whether the group has no transfers.
func (g *Group) Empty() bool { return g.from == g.to }

// GroupAt returns the group of a batch's row; nil for a transfer's row.
func (o *Outline) GroupAt(i int) *Group {
	if l := o.lines[i]; l < 0 {
		return &o.groups[^l]
	}
	return nil
}

// TransferAt returns the transfer of a row; nil for a batch's row.
func (o *Outline) TransferAt(i int) *uploader.Transfer {
	if l := o.lines[i]; l >= 0 {
		return o.transfers.At(int(l))
	}
	return nil
}

// RowAt returns the row of the snapshot for a transfer's row, and false for a batch's row. It
// costs much less than TransferAt.
func (o *Outline) RowAt(i int) (row uploader.Row, ok bool) {
	if l := o.lines[i]; l >= 0 {
		return o.transfers.Row(int(l)), true
	}
	return uploader.Row{}, false
}

// ID returns what identifies a row: the ID of its transfer, or the negative one of its batch.
func (o *Outline) ID(i int) int64 {
	if row, ok := o.RowAt(i); ok {
		return int64(row.ID())
	}
	return -int64(o.BatchAt(i))
}

// Parent returns the index of the row of the batch that contains the row; -1 for none.
func (o *Outline) Parent(i int) int {
	l := o.lines[i]
	if l < 0 {
		return -1
	}
	if g := &o.groups[o.items[l].group]; g.hasRow {
		return int(g.line)
	}
	return -1
}

// BatchAt returns the batch of a row, which is that of its transfer if it is no batch's row; 0
// for none.
func (o *Outline) BatchAt(i int) uploader.BatchID { return o.groupAt(i).Batch }

// Section returns the section of a row in the order SortQueue. That of a row in a batch is the
// one of the batch.
func (o *Outline) Section(i int) Section { return o.sectionOf(o.groupAt(i)) }

// groupAt returns the group of a batch's row, or of a transfer's row.
func (o *Outline) groupAt(i int) *Group {
	l := o.lines[i]
	if l < 0 {
		return &o.groups[^l]
	}
	return &o.groups[o.items[l].group]
}

// OpenBatches returns the batches that the user opened, in no order.
func (o *Outline) OpenBatches() []uploader.BatchID {
	var batches []uploader.BatchID
	for id, open := range o.open {
		if open && o.HasRow(id) {
			batches = append(batches, id)
		}
	}
	return batches
}

// Open opens batches, also those that it does not have yet.
func (o *Outline) Open(batches ...uploader.BatchID) {
	for _, id := range batches {
		o.open[id] = true
	}
	o.layOut()
}

// HasRow reports whether a batch has a row.
func (o *Outline) HasRow(batch uploader.BatchID) bool {
	g, known := o.groupOf[batch]
	return known && o.groups[g].hasRow
}

// Members returns the transfers of a batch, including those that have no row.
func (o *Outline) Members(batch uploader.BatchID) []*uploader.Transfer {
	g, known := o.groupOf[batch]
	if !known {
		return nil
	}
	members := o.order[o.groups[g].from:o.groups[g].to]
	transfers := make([]*uploader.Transfer, len(members))
	for i, index := range members {
		transfers[i] = o.transfers.At(int(index))
	}
	return transfers
}

// NextRetry returns the transfer of a batch that is tried again first; nil for none. It reads the
// whole batch, once for each snapshot.
func (o *Outline) NextRetry(batch uploader.BatchID) *uploader.Transfer {
	next, known := o.retries[batch]
	if !known {
		next = o.findRetry(batch)
		o.retries[batch] = next
	}
	return next
}

func (o *Outline) findRetry(batch uploader.BatchID) (next *uploader.Transfer) {
	g, known := o.groupOf[batch]
	if !known {
		return nil
	}
	for _, i := range o.order[o.groups[g].from:o.groups[g].to] {
		row := o.transfers.Row(int(i))
		if row.Phase() != uploader.PhaseWaiting || !isRetry(row.State()) {
			continue
		}
		if t := row.Transfer(); next == nil || t.NextTry < next.NextTry {
			next = t
		}
	}
	return next
}

// isRetry reports whether a transfer in this state is tried again at a known time.
func isRetry(state uploader.State) bool {
	return state == uploader.StateRetrying || state == uploader.StateBusy
}

// Unacknowledged returns, for each batch, the number of bytes that were sent and are not
// acknowledged yet.
func (o *Outline) Unacknowledged(s *uploader.Snapshot) map[uploader.BatchID]int64 {
	bytes := make(map[uploader.BatchID]int64, len(s.Progress))
	for i, item := range o.items {
		if item.filter != FilterActive {
			continue
		}
		t := o.transfers.At(i)
		bytes[t.Batch] += s.Sent(t) - t.Session.Offset
	}
	return bytes
}
