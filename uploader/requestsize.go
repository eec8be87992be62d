package uploader

const (
	// minReducedBody is the smallest limit that requests are reduced to when a server
	// refuses them as too large. Smaller requests would have more headers than data.
	minReducedBody = 64 << 10

	// minWholeRequest is the smallest limit that requests are reduced to when the server
	// keeps nothing of interrupted ones.
	minWholeRequest = 256 << 10
)

// RequestSize returns how many of the bytes left of an upload go in one request: all,
// or as many as the options and limit allow; limit is 0 for none. Only the last
// request of an upload may be smaller than ChunkMin or not a multiple of
// ChunkMultiple.
func (p ServerOptions) RequestSize(left, limit int64) int64 {
	size := minLimit(p.ChunkMax, p.MaxBody, p.WholeRequests, limit)
	if size == 0 {
		return left
	}
	return min(left, p.roundToMultiple(max(size, p.ChunkMin)))
}

// CompleteChunks returns how many of the available bytes of a file may be sent when
// more are to follow.
func (p ServerOptions) CompleteChunks(available int64) int64 {
	if available -= available % max(p.ChunkMultiple, 1); available >= p.ChunkMin {
		return available
	}
	return 0
}

// SmallerRequest returns the limit for requests after one of that size was refused as
// too large, and whether there is a smaller one.
func (p ServerOptions) SmallerRequest(refused int64) (limit int64, ok bool) {
	return p.halveRequest(refused, minReducedBody)
}

// SmallerWholeRequest returns the limit for requests after one of that size was
// interrupted and the server kept nothing of it, and whether there is a smaller one.
func (p ServerOptions) SmallerWholeRequest(lost int64) (limit int64, ok bool) {
	return p.halveRequest(lost, minWholeRequest)
}

// halveRequest returns half of a size as far as the options allow it, or least if that
// is more, and whether it is smaller. ChunkMin applies in place of least.
func (p ServerOptions) halveRequest(size, least int64) (limit int64, ok bool) {
	lowest := p.ChunkMin
	if lowest == 0 {
		lowest = max(p.ChunkMultiple, least)
	}
	lowest = p.roundToMultiple(lowest)
	if size <= lowest {
		return 0, false
	}
	return max(p.roundToMultiple(size/2), lowest), true
}

// roundToMultiple rounds a size down to a multiple of ChunkMultiple, or up if that is
// less than ChunkMin.
func (p ServerOptions) roundToMultiple(size int64) int64 {
	unit := max(p.ChunkMultiple, 1)
	if down := size - size%unit; down > 0 && down >= p.ChunkMin {
		return down
	}
	return size + (unit-size%unit)%unit
}

// minLimit returns the smallest of some limits, of which 0 is none.
func minLimit(limits ...int64) int64 {
	var smallest int64
	for _, limit := range limits {
		if limit > 0 && (smallest == 0 || limit < smallest) {
			smallest = limit
		}
	}
	return smallest
}
