package worker

import "github.com/ferryapp/ferry/uploader"

const (
	// smallestPart keeps the price of a part, one more request and one more row,
	// far below that of its bytes.
	smallestPart = 8 << 20

	// partsPerConnection makes parts short enough that a connection that is taken
	// responseTime or added finds another beginning soon.
	partsPerConnection = 2
)

// plan cuts a file of that size into parts for so many connections; nil when
// parting it is of no use. All parts but the last are such that the profile's
// sizes can be kept to.
func plan(size int64, connections int, profile uploader.Profile) []uploader.Part {
	unit := max(profile.ChunkMultiple, 1)
	count := min(int64(connections)*partsPerConnection, size/max(smallestPart, profile.ChunkMin, unit))
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

// Covers reports whether the parts, joined in their order, are a file of that size.
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
