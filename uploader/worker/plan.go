package worker

import "github.com/ferryapp/ferry/uploader"

const (
	// minPart keeps the cost of a part, a request and a row in the database, small
	// compared with that of its bytes.
	minPart = 8 << 20

	// partsPerConnection makes parts so short that a connection that is added or ends
	// finds another part soon.
	partsPerConnection = 2
)

// plan divides a file into parts for a number of connections; nil if parts are not
// worthwhile. All parts but the last have a length with which requests can keep to
// the server options.
func plan(size int64, connections int, options uploader.ServerOptions) []uploader.Part {
	unit := max(options.ChunkMultiple, 1)
	count := min(int64(connections)*partsPerConnection, size/max(minPart, options.ChunkMin, unit))
	if connections < 2 || count < 2 {
		return nil
	}
	parts := make([]uploader.Part, count)
	for i := range parts {
		start, end := size/count*int64(i)/unit*unit, size/count*int64(i+1)/unit*unit
		if i == len(parts)-1 {
			end = size
		}
		parts[i] = uploader.Part{Index: i, Start: start, Length: end - start}
	}
	return parts
}

// covers reports whether the parts, joined in order, are a file of that size.
func covers(parts []uploader.Part, size int64) bool {
	var end int64
	for i, p := range parts {
		if p.Index != i || p.Start != end || p.Length <= 0 || p.Length > size-end || p.Offset < 0 || p.Offset > p.Length {
			return false
		}
		end += p.Length
	}
	return end == size
}
