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
			if at := proof.CoveredTo(0); at != end {
				t.Fatalf("continues at %d, was interrupted at %d", at, end)
			}
			hasher := source.NewHasher(bytes.NewReader(content), int64(len(content)), end)
			if err := hasher.HashTo(t.Context(), stop); err != nil {
				t.Fatal(err)
			}
			proof, end = proof.Replace(hasher.Proof()), stop
		}
		if len(proof) > 3+len(stops) || proof.CoveredTo(0) != int64(len(content)) {
			t.Fatalf("%d blocks cover %d bytes", len(proof), proof.CoveredTo(0))
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
	hasher := source.NewHasher(bytes.NewReader(content), int64(len(content)), 0)
	var saved source.Proof
	for _, end := range []int64{10, mib - 1, mib + 7, 2 * mib} {
		finished := hasher.Blocks()
		if err := hasher.HashTo(t.Context(), end); err != nil {
			t.Fatal(err)
		}
		saved = saved.Replace(hasher.Proof()[finished:])
		if at := saved.CoveredTo(0); at != end {
			t.Errorf("covers %d bytes, want %d", at, end)
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
	end := chained.Intact().CoveredTo(0)
	if end != 2*mib+777 {
		t.Fatalf("continues at %d", end)
	}
	hasher := source.NewHasher(bytes.NewReader(content), int64(len(content)), end)
	if err := hasher.HashTo(t.Context(), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	proof := chained.Replace(hasher.Proof())
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
		want  []source.Range // covered
	}{
		"intact":                           {source.Proof{block(0, mib), block(mib, 2*mib)}, []source.Range{{0, 2 * mib}}},
		"first block missing":              {source.Proof{block(mib, 2*mib)}, []source.Range{{mib, 2 * mib}}},
		"second block missing":             {source.Proof{block(0, mib), block(2*mib, 3*mib)}, []source.Range{{0, mib}, {2 * mib, 3 * mib}}},
		"blocks overlap":                   {source.Proof{block(0, mib), block(mib-1, 2*mib)}, []source.Range{{0, mib}}},
		"block without bytes":              {source.Proof{block(0, mib), block(mib, mib)}, []source.Range{{0, mib}}},
		"block before the file":            {source.Proof{{Start: -mib, End: mib, Digest: make([]byte, 16)}}, nil},
		"digest is too short":              {source.Proof{block(0, mib), {Start: mib, End: 2 * mib, Digest: []byte("short")}}, []source.Range{{0, mib}}},
		"state of an earlier version":      {source.Proof{chained[0], chained[1], block(2*mib, 3*mib)}, []source.Range{{0, 3 * mib}}},
		"one of two states missing":        {source.Proof{chained[1], block(2*mib, 3*mib)}, []source.Range{{0, 3 * mib}}},
		"the last state missing":           {source.Proof{chained[0], block(2*mib, 3*mib)}, []source.Range{{0, mib}, {2 * mib, 3 * mib}}},
		"the last state cannot be read":    {source.Proof{chained[0], {End: 2 * mib, Digest: bytes.Repeat([]byte{1}, 108)}}, []source.Range{{0, mib}}},
		"a state after a block (no chain)": {source.Proof{block(0, mib), chained[1]}, []source.Range{{0, 2 * mib}}},
	} {
		intact := c.proof.Intact()
		if got := intact.Covered(); !slices.Equal(got, c.want) {
			t.Errorf("%s: covers %v, want %v", name, got, c.want)
		}
		if err := intact.Check(t.Context(), bytes.NewReader(content)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// modelOf returns the index of the block of a proof that has each byte of a small file, by
// the digest of the block; 0 for none.
func modelOf(proof source.Proof, size int64) []byte {
	model := make([]byte, size)
	for _, block := range proof {
		for at := block.Start; at < block.End; at++ {
			model[at] = block.Digest[0]
		}
	}
	return model
}

// drawChanges draws blocks that do not overlap, some of which are forgotten, of a file of size
// bytes. Each has a digest that no other one has.
func drawChanges(t *rapid.T, size int64, number *byte) source.Proof {
	var changes source.Proof
	for at := rapid.Int64Range(0, size-1).Draw(t, "start"); at < size; at += rapid.Int64Range(0, 5).Draw(t, "gap") {
		block := source.Forgotten(source.Range{Start: at, End: rapid.Int64Range(at+1, min(size, at+8)).Draw(t, "end")})
		if *number++; rapid.IntRange(0, 3).Draw(t, "forget") > 0 {
			block.Digest = bytes.Repeat([]byte{*number}, 16)
		}
		changes, at = append(changes, block), block.End
		if len(changes) == 5 {
			break
		}
	}
	return changes
}

// TestProofIsASetOfIntervals compares a proof with a model that has the digest for each byte:
// what is saved at once, what it covers, and which blocks have bytes of a range.
func TestProofIsASetOfIntervals(t *testing.T) {
	const size = 30
	rapid.Check(t, func(t *rapid.T) {
		var proof source.Proof
		var number byte
		for range rapid.IntRange(1, 8).Draw(t, "commits") {
			model, pending := modelOf(proof, size), source.Proof(nil)
			for range rapid.IntRange(1, 3).Draw(t, "changes of one commit") {
				changes := drawChanges(t, size, &number)
				pending = pending.Then(changes)
				replaced := map[byte]bool{}
				for _, block := range changes {
					for at := block.Start; at < block.End; at++ {
						replaced[model[at]] = true
					}
				}
				for at := range model {
					if replaced[model[at]] {
						model[at] = 0
					}
				}
				for _, block := range changes {
					for at := block.Start; block.Digest != nil && at < block.End; at++ {
						model[at] = block.Digest[0]
					}
				}
			}
			proof = proof.Replace(pending)
			if got := modelOf(proof, size); !bytes.Equal(got, model) {
				t.Fatalf("proof has %v, want %v", got, model)
			}
			wanted := source.Range{Start: rapid.Int64Range(0, size-1).Draw(t, "from")}
			wanted.End = rapid.Int64Range(wanted.Start+1, size).Draw(t, "to")
			checkRange(t, proof, model, wanted)
		}
	})
}

// checkRange compares what a proof says of a range with the model of it.
func checkRange(t *rapid.T, proof source.Proof, model []byte, r source.Range) {
	gap, has := make([]bool, len(model)), map[byte]bool{}
	for _, g := range proof.Gaps(r) {
		for at := g.Start; at < g.End; at++ {
			gap[at] = true
		}
	}
	for at := range int64(len(model)) {
		inside := r.Start <= at && at < r.End
		if want := inside && model[at] == 0; gap[at] != want {
			t.Fatalf("byte %d is in a gap of %v: %v, want %v", at, r, gap[at], want)
		}
		if inside && model[at] != 0 {
			has[model[at]] = true
		}
	}
	for _, block := range proof.Of(r) {
		if !has[block.Digest[0]] {
			t.Fatalf("block from %d to %d has no byte of %v or is returned twice", block.Start, block.End, r)
		}
		delete(has, block.Digest[0])
	}
	if len(has) > 0 {
		t.Fatalf("%d blocks are missing that have bytes of %v", len(has), r)
	}
	covered := r.Start
	for covered < int64(len(model)) && model[covered] != 0 {
		covered++
	}
	if got := proof.CoveredTo(r.Start); got != covered {
		t.Fatalf("covered from %d to %d, want %d", r.Start, got, covered)
	}
}

// TestTeeHasTheWholeFile: a hash of the whole file is computed in the same pass, but only
// from its start.
func TestTeeHasTheWholeFile(t *testing.T) {
	content := randomBytes(3 * mib / 2)
	hasher, sum := source.NewHasher(bytes.NewReader(content), int64(len(content)), 0), sha256.New()
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
	hasher := source.NewHasher(bytes.NewReader(content), int64(len(content)), 0)
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
		others := proof.Replace(source.Proof{source.Forgotten(source.Range{Start: int64(at), End: int64(at) + 1})})
		if err := others.Check(t.Context(), bytes.NewReader(edited)); err != nil || len(others) != 3 {
			t.Fatalf("byte %d changed, %d other blocks: %v", at, len(others), err)
		}
	})
}

func TestHashingFails(t *testing.T) {
	content := randomBytes(mib)
	hasher := source.NewHasher(bytes.NewReader(content), 2*mib, 0)
	if err := hasher.HashTo(t.Context(), 2*mib); !fault.Is(err, fault.SourceChanged) {
		t.Errorf("truncated file: got %v, want a fault of kind SourceChanged", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := source.NewHasher(bytes.NewReader(content), mib, 0).HashTo(ctx, mib); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled context: got %v", err)
	}
}

func TestUnreadableProof(t *testing.T) {
	content := randomBytes(2 * mib)
	unreadable := source.Proof{{End: mib, Digest: []byte("unreadable")}}
	if err := unreadable.Check(t.Context(), bytes.NewReader(content)); !fault.Is(err, fault.SourceChanged) {
		t.Errorf("Check: got %v, want a fault of kind SourceChanged", err)
	}
	if at := unreadable.Intact().CoveredTo(0); at != 0 {
		t.Errorf("hashing continues at %d", at)
	}
}

// TestOfProofOfEarlierVersion: each state is of all bytes from the start of the file, so those of
// a range are the states up to the first one that has all of it.
func TestOfProofOfEarlierVersion(t *testing.T) {
	proof := append(chainedProof(t, randomBytes(3*mib), mib, 2*mib, 2*mib+5), source.Block{Start: 2*mib + 5, End: 3 * mib, Digest: make([]byte, 16)})
	for _, c := range []struct {
		r    source.Range
		want []int64 // ends of the blocks
	}{
		{source.Range{End: 1}, []int64{mib}},
		{source.Range{End: mib}, []int64{mib}},
		{source.Range{End: mib + 1}, []int64{mib, 2 * mib}},
		{source.Range{Start: mib, End: mib + 1}, []int64{2 * mib}},
		{source.Range{Start: 2*mib + 5, End: 9 * mib}, []int64{3 * mib}},
		{source.Range{End: 9 * mib}, []int64{mib, 2 * mib, 2*mib + 5, 3 * mib}},
		{source.Range{Start: 3 * mib, End: 9 * mib}, nil},
	} {
		var got []int64
		for _, block := range proof.Of(c.r) {
			got = append(got, block.End)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("blocks of %v end at %v, want %v", c.r, got, c.want)
		}
	}
}

func BenchmarkHash(b *testing.B) {
	content := randomBytes(64 * mib)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		hasher := source.NewHasher(bytes.NewReader(content), int64(len(content)), 0)
		if err := hasher.HashTo(b.Context(), int64(len(content))); err != nil {
			b.Fatal(err)
		}
	}
}
