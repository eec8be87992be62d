package source_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/digest"
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

// digestOf returns the digest of a section of content.
func digestOf(content []byte, start, end int64) []byte {
	hash := digest.New()
	_, _ = hash.Write(content[start:end])
	sum := hash.Digest()
	return sum[:]
}

// chainedProof returns the proof that earlier versions made of the
// beginning of content: the states of one SHA-256 of it.
func chainedProof(t testing.TB, content []byte, ends ...int64) source.Proof {
	t.Helper()
	var proof source.Proof
	hash, at := sha256.New(), int64(0)
	for _, end := range ends {
		hash.Write(content[at:end])
		state, err := hash.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		proof, at = append(proof, source.Block{End: end, Digest: state}), end
	}
	return proof
}

// TestProofContinuesAfterInterruptions stops hashing anywhere: nothing is read again, and
// each block has the digest of its bytes.
func TestProofContinuesAfterInterruptions(t *testing.T) {
	content := randomBytes(2*mib + 12345)
	rapid.Check(t, func(t *rapid.T) {
		var proof source.Proof
		var end int64
		stops := rapid.SliceOfN(rapid.Int64Range(0, int64(len(content))), 0, 6).Draw(t, "stops")
		slices.Sort(stops)
		for _, stop := range append(stops, int64(len(content))) {
			hasher := source.NewHasher(bytes.NewReader(content), int64(len(content)), proof)
			if hasher.Hashed() != end {
				t.Fatalf("continued at %d, was interrupted at %d", hasher.Hashed(), end)
			}
			if err := hasher.HashTo(t.Context(), stop); err != nil {
				t.Fatal(err)
			}
			proof, end = proof.Replace(hasher.Proof()), stop
		}
		if len(proof) > 3+len(stops) || proof.Covers() != int64(len(content)) {
			t.Fatalf("%d blocks cover %d bytes", len(proof), proof.Covers())
		}
		end = 0
		for _, block := range proof {
			if block.Start != end || block.End/mib > block.Start/mib+1 || !bytes.Equal(block.Digest, digestOf(content, block.Start, block.End)) {
				t.Fatalf("block from %d to %d after one that ends at %d", block.Start, block.End, end)
			}
			end = block.End
		}
		if err := proof.Check(t.Context(), bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	})
}

// TestGrowingBlockIsReplaced saves a block twice before it is finished.
func TestGrowingBlockIsReplaced(t *testing.T) {
	content := randomBytes(2 * mib)
	hasher := source.NewHasher(bytes.NewReader(content), int64(len(content)), nil)
	var saved source.Proof
	for _, end := range []int64{10, mib - 1, mib + 7, 2 * mib} {
		finished := hasher.Blocks()
		if err := hasher.HashTo(t.Context(), end); err != nil {
			t.Fatal(err)
		}
		saved = saved.Replace(hasher.Proof()[finished:])
		if saved.Covers() != end {
			t.Errorf("covers %d bytes, want %d", saved.Covers(), end)
		}
		if err := saved.Check(t.Context(), bytes.NewReader(content)); err != nil {
			t.Error(err)
		}
	}
	if len(saved) != 2 {
		t.Errorf("%d blocks, want 2", len(saved))
	}
}

// TestProofOfEarlierVersionIsContinued continues a proof that is the states of one SHA-256,
// the last of them inside a block.
func TestProofOfEarlierVersionIsContinued(t *testing.T) {
	content := randomBytes(4 * mib)
	chained := chainedProof(t, content, mib, 2*mib, 2*mib+777)
	hasher := source.NewHasher(bytes.NewReader(content), int64(len(content)), chained)
	if hasher.Hashed() != 2*mib+777 {
		t.Fatalf("continues at %d", hasher.Hashed())
	}
	if err := hasher.HashTo(t.Context(), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	proof := hasher.Proof()
	if len(proof) != 5 || !bytes.Equal(proof[3].Digest, digestOf(content, 2*mib+777, 3*mib)) {
		t.Errorf("%d blocks, the fourth is %+v", len(proof), proof[3])
	}
	for name, edit := range map[string]int64{
		"unchanged": -1, "edited at the start": 0, "edited in the old proof": 2 * mib, "edited where it ends": 2*mib + 776,
		"edited where the new one begins": 2*mib + 777, "edited at the end": 4*mib - 1,
	} {
		edited := bytes.Clone(content)
		if edit >= 0 {
			edited[edit] ^= 1
		}
		if err := proof.Check(t.Context(), bytes.NewReader(edited)); fault.Is(err, fault.SourceChanged) != (edit >= 0) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDamagedProofCoversWhatIsIntact: a row of the database is missing or has other bytes.
func TestDamagedProofCoversWhatIsIntact(t *testing.T) {
	content := randomBytes(4 * mib)
	block := func(start, end int64) source.Block {
		return source.Block{Start: start, End: end, Digest: digestOf(content, start, end)}
	}
	chained := chainedProof(t, content, mib, 2*mib)
	for name, c := range map[string]struct {
		proof source.Proof
		want  int64
	}{
		"intact":                           {source.Proof{block(0, mib), block(mib, 2*mib)}, 2 * mib},
		"first block missing":              {source.Proof{block(mib, 2*mib)}, 0},
		"second block missing":             {source.Proof{block(0, mib), block(2*mib, 3*mib)}, mib},
		"blocks overlap":                   {source.Proof{block(0, mib), block(mib-1, 2*mib)}, mib},
		"block without bytes":              {source.Proof{block(0, mib), block(mib, mib)}, mib},
		"digest is too short":              {source.Proof{block(0, mib), {Start: mib, End: 2 * mib, Digest: []byte("short")}}, mib},
		"state of an earlier version":      {source.Proof{chained[0], chained[1], block(2*mib, 3*mib)}, 3 * mib},
		"one of two states missing":        {source.Proof{chained[1], block(2*mib, 3*mib)}, 3 * mib},
		"the last state missing":           {source.Proof{chained[0], block(2*mib, 3*mib)}, mib},
		"the last state cannot be read":    {source.Proof{chained[0], {End: 2 * mib, Digest: bytes.Repeat([]byte{1}, 108)}}, mib},
		"a state after a block (no chain)": {source.Proof{block(0, mib), chained[1]}, 2 * mib},
	} {
		if got := c.proof.Intact().Covers(); got != c.want {
			t.Errorf("%s: covers %d, want %d", name, got, c.want)
		}
		if err := c.proof.Intact().Check(t.Context(), bytes.NewReader(content)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTeeHasTheWholeFile: a hash of the whole file is computed in the same pass, but only
// from its start.
func TestTeeHasTheWholeFile(t *testing.T) {
	content := randomBytes(3 * mib / 2)
	hasher, sum := source.NewHasher(bytes.NewReader(content), int64(len(content)), nil), sha256.New()
	if !hasher.Tee(sum) {
		t.Error("refused before anything is hashed")
	}
	hasher.Add(content[:mib+5])
	if hasher.Tee(sha256.New()) {
		t.Error("accepted in the middle of the file")
	}
	if err := hasher.HashTo(t.Context(), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	if want := sha256.Sum256(content); !bytes.Equal(sum.Sum(nil), want[:]) {
		t.Error("SHA-256 is not that of the content")
	}
}

func TestCheckFindsChangedBlock(t *testing.T) {
	content := randomBytes(4 * mib)
	hasher := source.NewHasher(bytes.NewReader(content), int64(len(content)), nil)
	if err := hasher.HashTo(t.Context(), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	proof := hasher.Proof()
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
	hasher := source.NewHasher(bytes.NewReader(content), 2*mib, nil)
	if err := hasher.HashTo(t.Context(), 2*mib); !fault.Is(err, fault.SourceChanged) {
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
	unreadable := source.Proof{{End: mib, Digest: []byte("unreadable")}}
	if err := unreadable.Check(t.Context(), bytes.NewReader(content)); !fault.Is(err, fault.SourceChanged) {
		t.Errorf("Check: got %v, want a fault of kind SourceChanged", err)
	}
	if hasher := source.NewHasher(bytes.NewReader(content), int64(len(content)), unreadable); hasher.Hashed() != 0 {
		t.Errorf("hashing continues at %d", hasher.Hashed())
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
		hasher := source.NewHasher(bytes.NewReader(content), int64(len(content)), nil)
		if err := hasher.HashTo(b.Context(), int64(len(content))); err != nil {
			b.Fatal(err)
		}
	}
}
