package words

import "github.com/ferryapp/ferry/uploader"

// SkippedLinks returns the sentence about the links that were skipped in the folders of a
// batch; "" if there are none.
func SkippedLinks(batch *uploader.Batch) string {
	if batch.Options.FollowLinks {
		return skippedEntries("skipped.links.useless", batch.Skipped.Links)
	}
	return skippedEntries("skipped.links", batch.Skipped.Links)
}

// SkippedSpecial returns the sentence about the pipes, sockets and devices that were
// skipped in the folders of a batch; "" if there are none.
func SkippedSpecial(batch *uploader.Batch) string {
	return skippedEntries("skipped.special", batch.Skipped.Special)
}

// maxNamed is how many skipped entries a sentence names.
const maxNamed = 3

func skippedEntries(key string, entries uploader.SkippedEntries) string {
	if entries.Count <= 0 {
		return ""
	}
	names := ""
	shown := entries.Names[:min(len(entries.Names), maxNamed)]
	for _, name := range shown {
		if name = Printable(name); names != "" {
			name = Text("skipped.and", Data{"A": names, "B": name})
		}
		names = name
	}
	if more := entries.Count - len(shown); more > 0 {
		names = Count("skipped.more", more, Data{"Names": names})
	}
	return Count(key, entries.Count, Data{"Names": names})
}
