package digest_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/digest"
)

// TestDigestIsXXH3 compares with what xxhsum -H2 (xxHash 0.8) prints.
func TestDigestIsXXH3(t *testing.T) {
	for content, want := range map[string]string{
		"":    "99aa06d3014798d86001c324468d497f",
		"abc": "06b05ab6733a618578af5f94892f3950",
	} {
		h := digest.New()
		_, _ = h.Write([]byte(content))
		if got := h.Digest().String(); got != want {
			t.Errorf("digest of %q is %s, want %s", content, got, want)
		}
	}
}

// TestDigestOfBlocks has contents of which other code computes the digest, depending on the
// length and on the processor. A digest is saved and may be compared on another processor.
func TestDigestOfBlocks(t *testing.T) {
	for length, want := range map[int]string{
		240:       "ff1944171d65db07ee4df70ab28c016d",
		241:       "272575ed3fff70f0b42862763e100339",
		1025:      "6d80707d3c97f59238f53e9dc5bed47f",
		1<<20 + 1: "364ba66672eb070ecda55626331c36a0",
	} {
		content := bytes.Repeat([]byte("abcdefghijklmnopqrstuvwxy"), length/25+1)[:length]
		h := digest.New()
		_, _ = h.Write(content)
		if got := h.Digest().String(); got != want {
			t.Errorf("digest of %d bytes is %s, want %s", length, got, want)
		}
	}
}

func TestDigestIsIndependentOfWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.SliceOfN(rapid.Byte(), 0, 5000).Draw(t, "content")
		cut := rapid.IntRange(0, len(content)).Draw(t, "cut")
		whole, pieces := digest.New(), digest.New()
		_, _ = whole.Write(content)
		_, _ = pieces.Write([]byte("forgotten"))
		pieces.Reset()
		_, _ = pieces.Write(content[:cut])
		pieces.Digest() // does not change what follows
		_, _ = pieces.Write(content[cut:])
		if whole.Digest() != pieces.Digest() {
			t.Fatalf("%s in pieces, %s at once", pieces.Digest(), whole.Digest())
		}
	})
}

func BenchmarkDigest(b *testing.B) {
	content := make([]byte, 1<<20)
	b.SetBytes(int64(len(content)))
	h := digest.New()
	for b.Loop() {
		_, _ = h.Write(content)
	}
}
