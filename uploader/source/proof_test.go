package source_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

const mib = 1 << 20

// randomBytes returns n bytes, the same in each call.
func randomBytes(n int) []byte {
	content := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(content) // never fails
	return content
}

func TestBlockSize(t *testing.T) {
	for _, c := range []struct{ size, want int64 }{
		{0, mib}, {1, mib}, {4096 * mib, mib}, {4096*mib + 1, 2 * mib}, {1 << 40, 256 * mib},
	} {
		if got := source.BlockSize(c.size); got != c.want {
			t.Errorf("BlockSize(%d) = %d, want %d", c.size, got, c.want)
		}
	}
}

func TestProofIsIndependentOfInterruptions(t *testing.T) {
	content := randomBytes(2*mib + 12345)
	rapid.Check(t, func(t *rapid.T) {
		var proof source.Proof
		stops := rapid.SliceOfN(rapid.Int64Range(0, int64(len(content))), 0, 6).Draw(t, "stops")
		var prover *source.Hasher
		for _, stop := range append(stops, int64(len(content))) {
			prover = source.NewHasher(bytes.NewReader(content), int64(len(content)), proof)
			if err := prover.HashTo(t.Context(), stop); err != nil {
				t.Fatal(err)
			}
			proof = prover.Proof()
		}
		if prover.Sum() != sha256.Sum256(content) {
			t.Fatal("Sum is not the SHA-256 of the content")
		}
		if len(proof) != 3 || proof.Covers() != int64(len(content)) {
			t.Fatalf("%d hashes cover %d bytes", len(proof), proof.Covers())
		}
		if err := proof.Check(t.Context(), bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestCheckFindsChangedBlock(t *testing.T) {
	content := randomBytes(4 * mib)
	prover := source.NewHasher(bytes.NewReader(content), int64(len(content)), nil)
	if err := prover.HashTo(t.Context(), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	proof := prover.Proof()
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(content)-1).Draw(t, "at")
		edited := bytes.Clone(content)
		edited[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if err := proof.Check(t.Context(), bytes.NewReader(edited)); !fault.Is(err, fault.SourceChanged) {
			t.Fatalf("byte %d changed: %v", at, err)
		}
		if err := proof.Prefix(int64(at)).Check(t.Context(), bytes.NewReader(edited)); err != nil {
			t.Fatalf("byte %d changed, blocks before it: %v", at, err)
		}
	})
}

func TestHashingFails(t *testing.T) {
	content := randomBytes(mib)
	prover := source.NewHasher(bytes.NewReader(content), 2*mib, nil)
	if err := prover.HashTo(t.Context(), 2*mib); !fault.Is(err, fault.SourceChanged) {
		t.Errorf("truncated file: got %v, want a fault of kind SourceChanged", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := source.NewHasher(bytes.NewReader(content), mib, nil).HashTo(ctx, mib); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled context: got %v", err)
	}
}

func TestUnreadableProof(t *testing.T) {
	content := randomBytes(2 * mib)
	unreadable := source.Proof{{End: mib, State: []byte("not a hash state")}}
	if err := unreadable.Check(t.Context(), bytes.NewReader(content)); !fault.Is(err, fault.SourceChanged) {
		t.Errorf("Check: got %v, want a fault of kind SourceChanged", err)
	}
	prover := source.NewHasher(bytes.NewReader(content), int64(len(content)), unreadable)
	if err := prover.HashTo(t.Context(), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	if prover.Sum() != sha256.Sum256(content) {
		t.Error("hashing did not start at the beginning")
	}
}

func TestProofPrefix(t *testing.T) {
	proof := source.Proof{{End: mib}, {End: 2 * mib}, {End: 2*mib + 5}}
	for _, c := range []struct{ n, want int64 }{{0, 0}, {mib - 1, 0}, {mib, mib}, {2*mib + 4, 2 * mib}, {9 * mib, 2*mib + 5}} {
		if got := proof.Prefix(c.n).Covers(); got != c.want {
			t.Errorf("prefix of %d bytes covers %d, want %d", c.n, got, c.want)
		}
	}
}

func TestProofThrough(t *testing.T) {
	proof := source.Proof{{End: mib}, {End: 2 * mib}, {End: 2*mib + 5}}
	for _, c := range []struct{ n, want int64 }{{0, 0}, {1, mib}, {mib, mib}, {mib + 1, 2 * mib}, {2*mib + 1, 2*mib + 5}, {9 * mib, 2*mib + 5}} {
		if got := proof.Through(c.n).Covers(); got != c.want {
			t.Errorf("proof through %d bytes covers %d, want %d", c.n, got, c.want)
		}
	}
	if got := source.Proof(nil).Through(1).Covers(); got != 0 {
		t.Errorf("empty proof covers %d bytes", got)
	}
}

func BenchmarkHash(b *testing.B) {
	content := randomBytes(64 * mib)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		prover := source.NewHasher(bytes.NewReader(content), int64(len(content)), nil)
		if err := prover.HashTo(b.Context(), int64(len(content))); err != nil {
			b.Fatal(err)
		}
	}
}
