package app

import "github.com/ferryapp/ferry/uploader"

// groupAt is the group whose own row that is; nil when it is a transfer's.
func (o *outline) groupAt(i int) *group {
	if l := o.lines[i]; l < 0 {
		return &o.groups[^l]
	}
	return nil
}

// transferAt is the transfer of a row; nil when it is a batch's.
func (o *outline) transferAt(i int) *uploader.Transfer {
	if l := o.lines[i]; l >= 0 {
		return o.transfers[l]
	}
	return nil
}

// parent is the row of the batch that a row is inside of; -1 when it is inside of
// none.
func (o *outline) parent(i int) int {
	l := o.lines[i]
	if l < 0 {
		return -1
	}
	if g := &o.groups[o.traits[l].group]; g.folds {
		return int(g.line)
	}
	return -1
}

// folds reports whether a batch has a row of its own.
func (o *outline) folds(batch uploader.BatchID) bool {
	g, known := o.groupOf[batch]
	return known && o.groups[g].folds
}

// members are the transfers of a batch, whether they are shown or not.
func (o *outline) members(batch uploader.BatchID) []*uploader.Transfer {
	g, known := o.groupOf[batch]
	if !known {
		return nil
	}
	places := o.order[o.groups[g].from:o.groups[g].to]
	transfers := make([]*uploader.Transfer, len(places))
	for i, place := range places {
		transfers[i] = o.transfers[place]
	}
	return transfers
}

// flying is how many bytes of each batch are on their way that its server has not
// acknowledged.
func (o *outline) flying(s *uploader.Snapshot) map[uploader.BatchID]int64 {
	bytes := make(map[uploader.BatchID]int64, len(s.Live))
	for i, is := range o.traits {
		if is.under != filterActive {
			continue
		}
		t := o.transfers[i]
		bytes[t.Batch] += s.Sent(t) - t.Session.Offset
	}
	return bytes
}
