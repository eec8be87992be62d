package uploader

// leastBody is how small requests become at most when a server refuses larger
// ones: below that their headers weigh as much.
const leastBody = 64 << 10

// RequestSize is how many of the bytes left of an upload go in one request: all of
// them, or as many as the profile and asked allow; asked is 0 for no bound. Only
// the last request of an upload carries less than the profile's minimum, or no
// multiple of what it names.
func (p Profile) RequestSize(left, asked int64) int64 {
	most := least(p.ChunkMax, p.BodyMost, asked)
	if most == 0 {
		return left
	}
	return min(left, p.whole(max(most, p.ChunkMin)))
}

// CompleteChunks is how many of the bytes there are of a file may go before its last
// request.
func (p Profile) CompleteChunks(there int64) int64 {
	if there -= there % max(p.ChunkMultiple, 1); there >= p.ChunkMin {
		return there
	}
	return 0
}

// whole makes a size a multiple of what the profile names: the one below, or
// where that is too small the one above.
func (p Profile) whole(size int64) int64 {
	unit := max(p.ChunkMultiple, 1)
	if down := size - size%unit; down > 0 && down >= p.ChunkMin {
		return down
	}
	return size + (unit-size%unit)%unit
}

// SmallerRequest is how large requests may be when one of refused bytes was too large,
// and whether that is any less.
func (p Profile) SmallerRequest(refused int64) (most int64, ok bool) {
	bound := p.ChunkMin
	if bound == 0 {
		bound = max(p.ChunkMultiple, leastBody)
	}
	bound = p.whole(bound)
	if refused <= bound {
		return 0, false
	}
	return max(p.whole(refused/2), bound), true
}

// least is the smallest of sizes of which 0 is no bound; 0 when none is.
func least(sizes ...int64) int64 {
	var found int64
	for _, size := range sizes {
		if size > 0 && (found == 0 || size < found) {
			found = size
		}
	}
	return found
}
